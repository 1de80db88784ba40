// SPDX-License-Identifier: GPL-2.0-only
// From pairs of runs and a policy to a verdict.  Pure functions.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/verdict/exact/exact_rule.h"
#include "bench/verdict/exact/self_test.h"
#include "bench/verdict/judge/policy.h"
#include "bench/verdict/pairs/samples.h"
#include "bench/verdict/pairs/verdict.h"
#include "bench/verdict/wall/wall_rule.h"

namespace diobench {

/// One gated metric of one cell.
struct MetricReport {
    const Metric* metric = nullptr;
    Verdict verdict = Verdict::invalid;
    PairedJudgement paired;             ///< values, differences; decides on the exact machine and for counts
    std::optional<WallJudgement> wall;  ///< decides for times by wall clock
    std::optional<WallJudgement> confirmation;  ///< of an independent set, if this was suspect
    Tolerance tolerance;
    const Metric* floor_of = nullptr;  ///< the policy's: what the floor is a share of; nullptr: the metric itself
    double part = 1;                   ///< baseline of the metric as a share of the baseline of floor_of
    int64_t policy_line = 0;
    std::string reason;    ///< why it is not a pass; empty if it is
    std::string accepted;  ///< the trade-off or waiver that makes it one
};

/// One cell that gates.
struct CellReport {
    std::string cell;
    Verdict verdict = Verdict::pass;
    std::string reason;    ///< of the cell as a whole (no result, refused, ...), else empty
    std::string accepted;  ///< the waiver of the whole cell
    std::string note;      ///< a change that is not for the worse, or why there is nothing to judge
    std::vector<MetricReport> metrics;
};

/// A kernel function's part in the difference of a cell.
struct AttributedFunction {
    std::string function;
    double baseline_per_op = 0;   ///< instructions a read
    double candidate_per_op = 0;
    double share = 0;             ///< of the whole difference
    bool in_patches = false;      ///< touched by a patch that only one of the kernels has
};
struct GateReport {
    Verdict verdict = Verdict::invalid;
    ExitCode exit_code = ExitCode::invalid;
    std::string baseline;
    std::string candidate;
    std::string machine;
    std::string suite;
    std::string policy_file;
    std::vector<int64_t> seeds;         ///< one a pair, in the order they were judged
    std::vector<std::string> runs;      ///< ids of the candidate's runs
    size_t confirm_pairs = 0;           ///< of the independent set of a real clock
    size_t disturbed = 0;               ///< boots of a real clock that were thrown away
    std::vector<SelfTest> self_tests;
    std::vector<std::string> problems;  ///< what makes the whole gate invalid
    std::vector<std::string> notes;     ///< what a reader should know
    std::vector<CellReport> cells;      ///< those that gate
    size_t cells_that_do_not_gate = 0;
    std::map<std::string, std::vector<AttributedFunction>> attribution;  ///< by cell, for cells that differ
    std::string directory;
    std::string started_at;
    double elapsed_s = 0;
};

struct GateInput {
    std::span<const RunPair> pairs;    ///< the judged set
    std::span<const RunPair> confirm;  ///< real clocks: the independent set; empty: not made yet
    std::vector<std::string> cells;    ///< that were planned; one without a result is invalid
    std::string machine;
    std::string suite;
    enum class Scope { whole_suite, filtered } scope = Scope::whole_suite;  ///< filtered: metrics of the policy may be without a number
    uint64_t seed = 1;                 ///< of the statistics that draw
};

/// Judges every planned cell that gates. Self-tests, names, directory and times are the caller's to add, then conclude().
[[nodiscard]] GateReport judge_pairs(const GateInput& input, const Policy& policy);

/// The verdict and exit code of everything in the report: a problem, a failed
/// self-test or nothing judged is invalid; else the worst cell decides.
void conclude(GateReport& report);

/// True if a real clock's report has a suspicion that an independent set must confirm.
[[nodiscard]] bool has_suspicion(const GateReport& report);
/// Real clocks: true while an interval is wider than the policy wants and the cap is not reached.
[[nodiscard]] bool wants_more_pairs(const GateReport& report, const Policy& policy);

/// Metrics that are not a pass, and cells without numbers: the largest relative difference first, as a share of floor_of if there is one.
struct DecidingLine {
    const CellReport* cell = nullptr;
    const MetricReport* metric = nullptr;  ///< nullptr: the cell as a whole
};
[[nodiscard]] std::vector<DecidingLine> deciding_lines(const GateReport& report);
/// Of a cell's attribution: the `most` that account for most, then whatever else the patches touch and differs. What
/// costs much and what was changed are often not the same: a patch that sleeps shows as the scheduler's work.
[[nodiscard]] std::vector<AttributedFunction> leading_functions(const GateReport& report, const std::string& cell, size_t most);
/// The function that accounts for at least half of what a deciding line of a time or of instructions got worse by, if there is one;
/// of instructions_per_op.read_path one of the read path.
[[nodiscard]] std::optional<AttributedFunction> main_function(const GateReport& report, const DecidingLine& line);
/// Those beyond the tolerance in the good direction, the largest first.
[[nodiscard]] std::vector<DecidingLine> better_lines(const GateReport& report);

}  // namespace diobench
