// SPDX-License-Identifier: GPL-2.0-only
// What the store tells about runs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/results/store/results.h"

namespace diobench {

/// One line of a list of runs.
struct StoredRun {
    std::string id;
    std::string started_at;
    std::string suite;
    std::string machine;
    std::string clock_kind;
    int64_t seed = 0;
    std::string status;
    int64_t exit_code = 0;
    int64_t cells = 0;
    int64_t ok_cells = 0;
};

/// What `verify` last found out about a kernel.
struct Verification {
    std::string started_at;  ///< of the last run; empty: never verified
    int64_t passed = 0;
    std::vector<ConformanceEntry> failed;
};

/// How one kernel did in one run.
struct KernelRun {
    std::string run_id;
    std::string started_at;  ///< UTC, ISO 8601
    std::string suite;
    std::string machine;
    std::string status;  ///< of the kernel: "ok", "build-failed", "boot-failed", "invalid"
    std::string reason;
    std::string patch_sha256;
    int64_t cells = 0;
    int64_t ok_cells = 0;
    int64_t passed = 0;          ///< conformance cases
    int64_t known_failures = 0;  ///< that its series lists
    int64_t new_failures = 0;
};

/// A run as a point in time of a history.
struct HistoryRun {
    std::string id;
    std::string started_at;
    std::string suite;
    std::string machine;
    std::string clock_kind;   ///< "virtual" or "real"
    int64_t seed = 0;
    std::string environment;  ///< what changes numbers without a patch: "QEMU 7.2.22, Linux 6.12.117, cpu"
    std::string group;        ///< runs with other seeds that were made for one gate or night have the same; empty: made alone
    /// Kernel -> whether its numbers may be part of a baseline: nothing of it failed in the run, and it was not judged a
    /// regression or invalid. What another kernel did is its own affair.
    std::map<std::string, bool> kernels = {};

    [[nodiscard]] bool is_good(const std::string& kernel) const {
        const auto found = kernels.find(kernel);
        return found != kernels.end() && found->second;
    }
};

/// One cell of one arm in one run; boots are collapsed as the metric table says.
struct HistoryValue {
    std::string run_id;
    std::string kernel;
    std::optional<double> value;  ///< empty: the cell was not ok, or the metric is missing
};

/// One metric of one cell of one arm in a known run; boots are collapsed as the metric table says.
struct RunValue {
    std::string cell;
    std::string kernel;
    std::optional<double> value;
};

/// A verdict on a cell and metric, with whose it is; one for each run that was judged.
struct HistoryVerdict {
    std::string judgement_id;
    std::string started_at;
    std::string run_id;
    std::string candidate;
    std::string verdict;
    std::optional<double> worse_by_ratio;
};

/// The worst that gates said of a kernel in a run.
struct WorstVerdict {
    std::string verdict;
    std::string judgement_id;  ///< of the gate that said it
};

}  // namespace diobench
