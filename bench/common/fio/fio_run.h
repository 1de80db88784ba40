// SPDX-License-Identifier: GPL-2.0-only
// fio, the real program, as a reader: one run of one job file on one file.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/fio/fio_measurement.h"
#include "bench/common/fio/job_file.h"

namespace diobench {

/// Of the static fio; scripts/setup builds this one.
inline constexpr const char* kFioVersion = "3.33";

/// The static fio in the cache, for a guest or the host; an error that says how to get it.
[[nodiscard]] Result<fs::path> static_fio_program();
/// fio's t/io_uring beside it, of the same build.
[[nodiscard]] Result<fs::path> static_t_io_uring_program();

/// Called while all jobs stand right before their first read, and right after
/// their last: fio has started, has its threads, rings and random maps, and has
/// not yet opened the file.  An error ends the run with that error.
struct FioHooks {
    std::function<Status()> before = [] { return Status{}; };
    std::function<Status()> after = [] { return Status{}; };
};

struct FioRequest {
    fs::path program;         ///< fio
    std::vector<fs::path> files;  ///< of the image, which jobs name by number; fio opens them itself
    FioJobFile jobs;
    uint64_t seed = 1;        ///< of random offsets, where a job has no randseed
    fs::path work_directory;  ///< a writable place; nothing stays there
    std::chrono::milliseconds time_limit{600'000};  ///< for the whole run
    FioHooks hooks;
};

/// Runs fio to its end; before that once more, with other offsets and no hooks, for as long as its jobs ramp up
/// (ramp_time): those reads are in no number.  A failed open or read is a result (open_errno,
/// errors, complaint), and so is a job without errors.  Errors: the file is
/// smaller than what a job wants, fio cannot be started, it says nothing that
/// can be read, takes too long, or we are interrupted.
[[nodiscard]] Result<FioMeasurement> run_fio(const FioRequest& request);

}  // namespace diobench
