// SPDX-License-Identifier: GPL-2.0-only
// What was decided about a run, as the store keeps it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diobench {

/// The words a verdict may be; the store takes no others.
inline constexpr std::array<std::string_view, 4> kVerdictWords = {"pass", "inconclusive", "regression", "invalid"};

/// Of one metric of one cell, or of a cell as a whole.
struct StoredVerdict {
    std::string cell;
    std::string metric;                    ///< of the metric table; empty: the cell as a whole
    std::string verdict;                   ///< one of kVerdictWords
    std::optional<double> baseline;        ///< in the metric's unit
    std::optional<double> candidate;
    std::optional<double> worse_by_ratio;  ///< share of the baseline; more is worse
    std::optional<double> low;             ///< bounds of worse_by_ratio, where there is an interval
    std::optional<double> high;
    std::string reason;                    ///< why it is not a pass
    std::string accepted;                  ///< the trade-off or waiver that makes it one
    bool operator==(const StoredVerdict&) const = default;
};

inline constexpr std::string_view kGateJudgement = "gate";
inline constexpr std::string_view kNightJudgement = "night";

/// A gate, or a whole night.
struct StoredJudgement {
    std::string id;             ///< unique: a gate's or night's own id
    std::string kind;           ///< kGateJudgement or kNightJudgement
    std::string started_at;     ///< UTC, ISO 8601
    double elapsed_s = 0;
    std::string suite;
    std::string machine;
    std::string baseline;       ///< kernel or pin; empty for a night
    std::string candidate;      ///< kernel; empty for a night
    std::string run_id;         ///< the candidate's last run; empty: none was made
    std::string verdict;        ///< one of kVerdictWords
    int64_t exit_code = 0;
    std::vector<StoredVerdict> verdicts;
    std::vector<std::string> runs = {};  ///< ids of all runs that were judged, sorted; run_id is one of them
    std::vector<std::string> baseline_runs = {};        ///< of a gate: ids of the runs they were compared with, sorted
    std::map<std::string, std::string> kernels = {};    ///< of a night: kernel -> its verdict
    std::string directory = {};                         ///< where its files are, absolute; empty: not known
    bool operator==(const StoredJudgement&) const = default;

    /// What it says of a kernel that it judged; empty: nothing. A gate judges its candidate; a night that names no kernels, all.
    [[nodiscard]] std::string verdict_on(const std::string& kernel) const {
        if (const auto found = kernels.find(kernel); found != kernels.end()) return found->second;
        return candidate.empty() || candidate == kernel ? verdict : "";
    }
};

}  // namespace diobench
