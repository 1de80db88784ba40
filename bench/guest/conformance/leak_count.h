// SPDX-License-Identifier: GPL-2.0-only
// Whether the kernel holds more after something was done many times.
#pragma once

#include <functional>
#include <string>

#include "bench/common/base/error.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

/// A leak of one object in so many reads is found.
constexpr unsigned kRarestLeak = 100;

/// Does two rounds of `times` reads (or the like, `what` in a text); `round` returns what is wrong with one.  It fails if
/// slab caches hold more after each of them, by one object in `rarest` reads, or a page stays pinned.
/// What can be dropped (dentries, inodes, what a journal keeps until it is written) does not count.
[[nodiscard]] Result<Finding> holds_no_more_after(World& world, unsigned times, const std::string& what, const std::function<std::string()>& round, unsigned rarest = kRarestLeak);

}  // namespace diobench
