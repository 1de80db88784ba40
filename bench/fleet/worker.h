// SPDX-License-Identifier: GPL-2.0-only
// A machine of a fleet at work: it claims a job, does it and says what came of it.
#pragma once

#include <optional>
#include <string>

#include "bench/common/base/error.h"
#include "bench/fleet/fleet_store.h"

namespace diobench {

struct WorkOptions {
    std::string request;
    std::optional<int64_t> job;  ///< this one alone, as a scheduler assigns it; else all, until the request has ended
    WhichJobs which = WhichJobs::all;
};

/// Errors: this machine is not like the others, or cannot reach store or depot. Exit code: 1 if a job that it was called for alone failed.
[[nodiscard]] Result<ExitCode> work(const WorkOptions& options);

}  // namespace diobench
