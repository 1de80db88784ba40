// SPDX-License-Identifier: GPL-2.0-only
// A whole bisection: ends judged, states measured, the patch named, outputs written.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/plan/cell_filter.h"
#include "bench/host/run/own_workloads.h"
#include "bench/verdict/bisect/bisection.h"
#include "bench/verdict/bisect/state_reading.h"
#include "bench/verdict/bisect/walk.h"
#include "bench/verdict/exact/exact_rule.h"
#include "bench/verdict/pairs/verdict.h"

namespace diobench {

inline constexpr int64_t kBisectSchemaVersion = 1;
inline constexpr std::string_view kBisectFileName = "bisect.json";

struct BisectOptions {
    std::string baseline;   ///< series by name or folder; empty when commits are walked
    std::string candidate;
    std::string suite = "quick";
    OwnWorkloads own;          ///< instead of a suite
    CellFilter filter;         ///< of the cells that are judged at the ends
    std::string cell;          ///< with `metric`: not judged, this is what is followed
    std::string metric;
    uint64_t seed = 1;         ///< the first; seed i is seed + i
    size_t seeds = 3;
    fs::path policy;        ///< empty: gate.toml of the project
    fs::path output;        ///< empty: out/<run id>
    fs::path tree;          ///< kernel source; empty: the distribution's
    std::string revision;   ///< of `tree`; "OLD..NEW": its commits are walked
    unsigned jobs = 0;      ///< machines side by side; 0: as many as CPUs
    std::vector<std::string> argv;
};

enum class BisectOutcome {
    found,            ///< one patch
    range,            ///< several, since states between them could not be read
    inconclusive,     ///< the gate did not decide, or the ends do not differ with that cell alone
    nothing_to_find,  ///< the candidate is not worse
    invalid,          ///< an end gives no answer
};
/// "found", "range", "inconclusive", "nothing-to-find", "invalid".
[[nodiscard]] std::string_view outcome_name(BisectOutcome outcome);

/// What is followed from state to state.
struct Followed {
    WatchedCell watched;
    Tolerance tolerance;  ///< what of the ends' difference is nobody's concern; of a metric
    enum class Wanted { worse, any } wanted = Wanted::worse;  ///< which difference of the ends is looked for
    const Metric* floor_of = nullptr;  ///< the floor is a share of this metric at the baseline's end, which was not measured yet
};

/// One kernel that was measured; the ends come first.
struct BisectStep {
    size_t state = 0;
    std::string name;
    StateSide side = StateSide::unknown;
    StateReading reading;
    std::string remark;     ///< why the side is unknown
    std::string directory;  ///< of its run
};

struct BisectReport {
    BisectOutcome outcome = BisectOutcome::invalid;
    ExitCode exit_code = ExitCode::invalid;
    std::string sentence;  ///< the answer
    std::vector<std::string> notes;
    std::string baseline;  ///< as in Walk
    std::string candidate;
    std::string suite, filter;
    std::vector<uint64_t> seeds;
    std::vector<WalkedPatch> patches;
    std::optional<Verdict> gate_verdict;  ///< of the ends; nothing: not judged
    std::string gate_headline;
    std::optional<Followed> followed;
    std::vector<BisectStep> steps;
    size_t last_as_baseline = 0;    ///< states; what changed is among the patches behind it
    size_t first_as_candidate = 0;  ///< up to this one
    std::string directory;
    std::string started_at;
    double elapsed_s = 0;

    /// The step of a state that was measured, or nullptr.
    [[nodiscard]] const BisectStep* find_step(size_t state) const;
};

/// Errors: wrong options, unknown series, cells or metrics, series with no way from one to the other, an interrupt.
/// What a kernel does wrong is in the report. Writes bisect.json and summary.txt beside the runs.
[[nodiscard]] Result<BisectReport> run_bisect(const BisectOptions& options);

}  // namespace diobench
