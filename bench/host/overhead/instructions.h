// SPDX-License-Identifier: GPL-2.0-only
// Instructions a read, by valgrind's callgrind: both sides are run with N and
// with 2N reads; the difference over N is what a read takes, without start-up.
#pragma once

#include <functional>
#include <string_view>

#include "bench/host/overhead/overhead.h"
#include "bench/host/overhead/sides.h"

namespace diobench {

/// Sum of the "totals:" lines of callgrind's files of one run (one file a
/// thread), or for fio only of its busiest thread: the one that reads.  Its
/// other threads wake up by the clock, not by reads.
[[nodiscard]] Result<uint64_t> callgrind_instructions(Side side, const fs::path& directory);

/// Instructions a read of one side with the null engine, ours or fio: t/io_uring has none.
/// \param scratch  an existing directory
[[nodiscard]] Result<double> instructions_per_read(Side side, const Programs& programs, unsigned iodepth, const fs::path& scratch);

}  // namespace diobench
