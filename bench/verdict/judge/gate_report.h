// SPDX-License-Identifier: GPL-2.0-only
// What a gate found: of each metric, of each cell, of all of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/verdict/exact/exact_rule.h"
#include "bench/verdict/exact/self_test.h"
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

/// How a note begins that says what nobody looked at.
inline constexpr std::string_view kNotChecked = "not checked: ";

/// Everything a gate found.
struct GateReport {
    Verdict verdict = Verdict::invalid;
    ExitCode exit_code = ExitCode::invalid;
    std::string baseline;
    std::string candidate;
    std::string machine;
    std::string suite;
    std::string selection;              ///< of the suite's cells, as it is typed; empty: all of them
    std::string policy_file;
    std::vector<int64_t> seeds;         ///< one a pair, in the order they were judged
    std::vector<std::string> runs;      ///< ids of the candidate's runs
    std::vector<std::string> baseline_runs;
    size_t confirm_pairs = 0;           ///< of the independent set of a real clock
    size_t disturbed = 0;               ///< boots of a real clock that were thrown away
    std::vector<SelfTest> self_tests;
    std::vector<std::string> problems;  ///< what makes the whole gate invalid
    std::vector<std::string> notes;     ///< what a reader should know; kNotChecked begins those of what was not looked at
    std::vector<CellReport> cells;      ///< those that gate
    size_t cells_that_do_not_gate = 0;
    std::map<std::string, std::vector<AttributedFunction>> attribution;  ///< by cell, for cells that differ
    std::string next;                   ///< the command that goes on from here (next_step.h); empty: none is known
    std::string directory;
    std::string page;                   ///< report.html in it, once it is drawn
    std::string started_at;
    double elapsed_s = 0;
};

/// The verdict and exit code of everything in the report: a problem, a failed
/// self-test or nothing judged is invalid; else the worst cell decides.
void conclude(GateReport& report);

}  // namespace diobench
