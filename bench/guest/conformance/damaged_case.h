// SPDX-License-Identifier: GPL-2.0-only
// A case about damaged images that the host has made up: see bench/host/verify/fuzz.h.
#pragma once

#include <string>
#include <vector>

#include "bench/common/image/damage.h"
#include "bench/guest/conformance/case.h"

namespace diobench {

/// Visits the images one after the other in one world; the first of which something is wrong fails it.
[[nodiscard]] Case damaged_case(std::string name, std::vector<DamagedImage> images);

}  // namespace diobench
