// SPDX-License-Identifier: GPL-2.0-only
// Runs one case so that nothing it does, or does to the kernel, goes unseen.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/common/base/error.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/kernel_log.h"
#include "bench/guest/conformance/plan.h"

namespace diobench {

struct CaseResult {
    Finding finding;
    double seconds = 0;
    std::string kernel_text;   ///< what the kernel complained of; empty: nothing
    std::string stop_reason;   ///< why no further case should run in this boot; empty: they may
    bool only_complained = false;  ///< the kernel complained and nothing is stuck: further cases can be tried

    /// The record of bench/guest/conformance/plan.h.
    [[nodiscard]] nlohmann::json record(const std::string& name) const;
};

/// Runs the case in a process, session and mount namespace of its own, within
/// its time limit; kills what is left of it; then looks for what it did to the
/// kernel: complaints in the log, processes that do not die, caches, volumes
/// and cookies that stay.  Any of them makes it a failure.  For process 1.
[[nodiscard]] Result<CaseResult> run_case(const Case& one, uint64_t seed, DirectSupport direct, KernelLog& log);

}  // namespace diobench
