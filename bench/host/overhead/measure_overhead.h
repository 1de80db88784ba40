// SPDX-License-Identifier: GPL-2.0-only
// All sides in turn.
#pragma once

#include <chrono>

#include "bench/host/overhead/overhead.h"
#include "bench/host/overhead/sides.h"

namespace diobench {

/// Rounds that are made however long they take.
inline constexpr unsigned kFewestRounds = 2;

struct OverheadOptions {
    Programs programs;
    std::chrono::seconds time_limit{240};  ///< after the first kFewestRounds, no round begins that would pass it
    unsigned rounds = 5;                   ///< at most; each is ours, fio, fio, ours at each iodepth, then with t/io_uring
};

/// Whether this host lets us use io_uring; an error says why not and what to do.
[[nodiscard]] Status probe_io_uring();

/// Counts and measures.  Errors: a program is missing, io_uring is forbidden,
/// the file does not stay in the page cache, an interrupt.
[[nodiscard]] Result<Overhead> measure_overhead(const OverheadOptions& options);

}  // namespace diobench
