// SPDX-License-Identifier: GPL-2.0-only
// Pages that somebody holds.
#pragma once

#include <cstdint>

#include "bench/common/base/error.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

/// Pages of the page cache that cannot be dropped: what is on its way to a disk, or just came from there, can be a moment later.
[[nodiscard]] Result<int64_t> settled_file_pages(World& world);

}  // namespace diobench
