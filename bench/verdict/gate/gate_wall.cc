// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_wall.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/verdict/gate/wall_session.h"
#include "bench/verdict/judge/wall_metrics.h"

namespace diobench {

namespace {

size_t wall_metrics(const GateReport& report) {
    size_t count = 0;
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics) count += metric.wall ? 1 : 0;
    return count;
}

size_t suspicions(const GateReport& report) {
    size_t count = 0;
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics) count += metric.wall && metric.verdict == Verdict::regression ? 1 : 0;
    return count;
}

void note_session(const WallSession& session, const WallSettings& settings, size_t metrics, GateReport& report) {
    report.disturbed = session.disturbed();
    if (session.disturbed() > 0)
        report.notes.push_back(fmt::format("{} pairs of boots were thrown away as disturbed, the last since {}", session.disturbed(), session.last_disturbance()));
    if (session.gave_up())
        report.problems.push_back(fmt::format("this host is too busy for a stopwatch: {} pairs of boots were disturbed, the last since {}; try when it is idle, or --machine exact",
                                              session.disturbed(), session.last_disturbance()));
    if (first_set_pairs(metrics, settings) > settings.max_pairs)
        report.notes.push_back(fmt::format("{} metrics gate: a regression needs {} pairs, and the policy allows {}; let fewer gate or raise max_pairs", metrics,
                                           first_set_pairs(metrics, settings), settings.max_pairs));
}

}  // namespace

Result<MeasuredGate> gate_wall(const GateOptions& options, const GatePlan& plan, const GateRuns& runs) {
    const WallSettings& settings = plan.policy.wall;
    WallSession session(runs, settings, options.seed);
    MeasuredGate out;
    size_t wanted = settings.min_pairs;
    while (true) {
        if (auto s = session.collect(wanted, out.pairs); !s) return forward(s);
        out.report = judge_planned(plan, out.pairs, {});
        if (out.pairs.size() < wanted || !kernels_ok(out.pairs.back())) break;
        const size_t needed = std::min(first_set_pairs(wall_metrics(out.report), settings), settings.max_pairs);
        if (out.pairs.size() < needed) wanted = needed;
        else if (wants_more_pairs(out.report, plan.policy)) wanted = out.pairs.size() + 1;
        else break;
    }
    const size_t metrics = wall_metrics(out.report);
    if (has_suspicion(out.report) && !session.gave_up()) {
        std::vector<RunPair> confirm;
        if (auto s = session.collect(first_set_pairs(suspicions(out.report), settings), confirm); !s) return forward(s);
        out.report = judge_planned(plan, out.pairs, confirm);
    }
    note_session(session, settings, metrics, out.report);
    return out;
}

}  // namespace diobench
