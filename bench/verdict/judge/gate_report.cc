// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

namespace {

/// A suspicion that nobody confirmed is no regression.
void drop_unconfirmed(GateReport& report) {
    for (auto& cell : report.cells) {
        if (!cell.reason.empty()) continue;
        cell.verdict = Verdict::pass;
        for (auto& metric : cell.metrics) {
            if (metric.wall && metric.verdict == Verdict::regression && !metric.confirmation) metric.verdict = Verdict::inconclusive;
            cell.verdict = worse_of(cell.verdict, metric.verdict);
        }
    }
}

}  // namespace

void conclude(GateReport& report) {
    const bool build_failed = report.exit_code == ExitCode::usage;
    drop_unconfirmed(report);
    size_t judged = 0;
    report.verdict = report.problems.empty() ? Verdict::pass : Verdict::invalid;
    for (const auto& test : report.self_tests)
        if (test.outcome == SelfTest::Outcome::failed) report.verdict = Verdict::invalid;
    for (const auto& cell : report.cells) {
        report.verdict = worse_of(report.verdict, cell.verdict);
        judged += cell.metrics.size();
    }
    if (judged == 0 && report.verdict == Verdict::pass) {
        report.problems.emplace_back("no metric of any cell was judged: that is no pass");
        report.verdict = Verdict::invalid;
    }
    report.exit_code = build_failed ? ExitCode::usage : exit_code_of(report.verdict);
}

}  // namespace diobench
