// SPDX-License-Identifier: GPL-2.0-only
// A scene of reads at random as a case: every byte that comes back is right, and so is every answer.
#pragma once

#include <string>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/read_scene.h"

namespace diobench {

/// `name` says on which back end ("reads/fuzz-7@file").  Not one of all_cases().
[[nodiscard]] Case scene_case(std::string name, ReadScene scene);

}  // namespace diobench
