// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/unseen.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <string_view>

#include "bench/host/profile/read_profiles.h"

namespace diobench {

namespace {

/// Gate lines with a metric that no cell has a number of.
void find_idle_lines(const GateInput& input, const Policy& policy, bool counted, GateReport& report) {
    if (input.scope == GateInput::Scope::filtered) return;
    for (const auto& line : policy.gates) {
        if (!line.scope.applies(input.machine, input.suite)) continue;
        for (const Metric* metric : line.metrics) {
            if (metric->name == kReadPathInstructions && !counted) continue;  // there is a note
            const bool seen = std::any_of(report.cells.begin(), report.cells.end(), [&](const CellReport& cell) {
                return line.scope.holds(cell.cell) &&
                       (!cell.reason.empty() || std::any_of(cell.metrics.begin(), cell.metrics.end(), [&](const MetricReport& m) { return m.metric == metric; }));
            });
            if (!seen)
                report.problems.push_back(fmt::format("{}:{}: metric {} has no number in any of the cells this table gates", policy.file, line.scope.line, metric->name));
        }
    }
}

/// Gated metrics that neither kernel has a number of in cells that were judged: nothing was lost, and nothing was looked at.
void note_absent(const GateInput& input, const Policy& policy, GateReport& report) {
    std::map<std::string_view, size_t> absent;
    for (const auto& cell : report.cells) {
        if (cell.metrics.empty()) continue;
        for (const auto& one : gated_metrics(policy, cell.cell, input.machine, input.suite))
            // Another program than ours (engine fio) is not counted.
            if (one.metric->name != kReadPathInstructions && std::none_of(cell.metrics.begin(), cell.metrics.end(), [&](const MetricReport& m) { return m.metric == one.metric; })) ++absent[one.metric->name];
    }
    for (const auto& [metric, cells] : absent)
        report.notes.push_back(fmt::format("{} gates and neither kernel has a number of it in {} cell{}", metric, cells, cells == 1 ? "" : "s"));
}

/// Nothing was lost here either, and less is seen.
void note_not_counted(size_t cells, GateReport& report) {
    if (cells > 0)
        report.notes.push_back(fmt::format("{} gates {} cell{} and was not counted in all of these runs: what is slower by less than the floors of times was not looked for", kReadPathInstructions,
                                           cells, cells == 1 ? "" : "s"));
}

}  // namespace

bool all_counted(std::span<const RunPair> pairs) {
    const auto way = [](const ArmOfRun& arm) {
        const auto found = arm.results.run.tool.find(kCountingTool);
        return found == arm.results.run.tool.end() ? std::string() : found->second;
    };
    const auto counted = [&](const ArmOfRun& arm) {
        return way(arm) == way(pairs.front().baseline) &&
               std::any_of(arm.results.cells.begin(), arm.results.cells.end(), [](const CellResult& cell) { return cell.metric(kReadPathInstructions).has_value(); });
    };
    return std::all_of(pairs.begin(), pairs.end(), [&](const RunPair& pair) { return counted(pair.baseline) && counted(pair.candidate); });
}

void tell_unseen(const GateInput& input, const Policy& policy, const Counting& counting, GateReport& report) {
    note_absent(input, policy, report);
    note_not_counted(counting.cells_without, report);
    find_idle_lines(input, policy, counting.everywhere, report);
}

}  // namespace diobench
