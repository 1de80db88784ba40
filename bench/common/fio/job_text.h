// SPDX-License-Identifier: GPL-2.0-only
// The job file that fio itself is given.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/common/fio/job_file.h"

namespace diobench {

/// What each job runs right before and right after its reads; empty: nothing.
struct JobCommands {
    std::string before;
    std::string after;
};

/// A [global] section with what every run needs, then the jobs with the
/// options they have.  `files` are those of the image, which jobs name by number; `seed` orders random
/// offsets where a job has no randseed.
/// Errors: a path that cannot be written in a job file, a job that names a file that is not there.
[[nodiscard]] Result<std::string> fio_job_text(const FioJobFile& jobs, const std::vector<std::string>& files, uint64_t seed,
                                               const JobCommands& commands);

}  // namespace diobench
