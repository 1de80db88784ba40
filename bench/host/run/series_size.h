// SPDX-License-Identifier: GPL-2.0-only
// How large the change is that a kernel is made by, and whether it is in the kernel's style.
#pragma once

#include <vector>

#include "bench/host/kernel/series.h"
#include "bench/host/kernel/source.h"
#include "bench/results/store/results.h"

namespace diobench {

/// What the patches of `chain` change of the source, all together as `git diff --numstat` counts them, and what the source's own
/// scripts/checkpatch.pl says of each patch; its answers are kept in the cache.  What a machine needs is no part of a chain.
/// That checkpatch cannot run is in the result; errors: the patches do not apply, git does not run, an interrupt.
[[nodiscard]] Result<SeriesSize> size_of(const KernelSource& source, const std::vector<Series>& chain);

}  // namespace diobench
