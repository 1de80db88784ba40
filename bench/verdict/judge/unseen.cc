// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/unseen.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string_view>

#include "bench/host/profile/read_profiles.h"
#include "bench/verdict/judge/metric_words.h"

namespace diobench {

namespace {

/// Gate lines with a metric that no cell has a number of.
void find_idle_lines(const GateInput& input, const Policy& policy, GateReport& report) {
    if (input.scope == GateInput::Scope::filtered) return;
    for (const auto& line : policy.gates) {
        if (!line.scope.applies(input.machine, input.suite)) continue;
        for (const Metric* metric : line.metrics) {
            if (is_counted(*metric)) continue;  // there is a note
            const bool seen = std::any_of(report.cells.begin(), report.cells.end(), [&](const CellReport& cell) {
                return line.scope.holds(cell.cell) &&
                       (!cell.reason.empty() || std::any_of(cell.metrics.begin(), cell.metrics.end(), [&](const MetricReport& m) { return m.metric == metric; }));
            });
            if (!seen)
                report.problems.push_back(fmt::format("{}:{}: metric {} has no number in any of the cells this table gates", policy.file, line.scope.line, metric->name));
        }
    }
}

bool has_counts(const CellResult& cell) {
    return cell.metrics && std::any_of(metric_table().begin(), metric_table().end(), [&](const Metric& metric) { return is_counted(metric) && cell.metric(metric.name); });
}

/// Cells of either kernel that were counted; another program than ours (engine fio) is not.
std::set<std::string_view> cells_with_counts(std::span<const RunPair> pairs) {
    std::set<std::string_view> out;
    for (const auto& pair : pairs)
        for (const auto* arm : {&pair.baseline, &pair.candidate})
            for (const auto& cell : arm->results.cells)
                if (has_counts(cell)) out.insert(cell.cell);
    return out;
}

/// Gated metrics that neither kernel has a number of in cells that were judged: nothing was lost, and nothing was looked at.
void note_absent(const GateInput& input, const Policy& policy, const KnownCounts& counting, GateReport& report) {
    std::map<const Metric*, size_t> absent;  // rows of one array: pointers are in its order
    const auto counted = counting.everywhere ? cells_with_counts(input.pairs) : std::set<std::string_view>();
    for (const auto& cell : report.cells) {
        if (cell.metrics.empty()) continue;
        for (const auto& one : gated_metrics(policy, cell.cell, input.machine, input.suite)) {
            if (is_counted(*one.metric) && !counted.contains(cell.cell)) continue;
            if (std::none_of(cell.metrics.begin(), cell.metrics.end(), [&](const MetricReport& m) { return m.metric == one.metric; })) ++absent[one.metric];
        }
    }
    for (const auto& [metric, cells] : absent)
        report.notes.push_back(fmt::format("{}{}, of which neither kernel has a number in {}{}", kNotChecked, metric->name, plural(cells, "test"),
                                           is_counted(*metric) ? ": the runs are older than it, or the kernels lack the functions that it is counted by (docs/profile.md)" : ""));
}

/// Nothing was lost here either, and less is seen.
void note_not_counted(size_t cells, GateReport& report) {
    if (cells > 0)
        report.notes.push_back(fmt::format("{} gate {} and were not counted in all of these runs: what is worse by less than the thresholds of times was not looked for", kNotCountedNote,
                                           plural(cells, "test")));
}

}  // namespace

bool all_counted(std::span<const RunPair> pairs) {
    const auto way = [](const ArmOfRun& arm) {
        const auto found = arm.results.run.tool.find(kCountingTool);
        return found == arm.results.run.tool.end() ? std::string() : found->second;
    };
    const auto counted = [&](const ArmOfRun& arm) {
        return way(arm) == way(pairs.front().baseline) && std::any_of(arm.results.cells.begin(), arm.results.cells.end(), has_counts);
    };
    return std::all_of(pairs.begin(), pairs.end(), [&](const RunPair& pair) { return counted(pair.baseline) && counted(pair.candidate); });
}

void tell_unseen(const GateInput& input, const Policy& policy, const KnownCounts& counting, GateReport& report) {
    note_absent(input, policy, counting, report);
    note_not_counted(counting.cells_without, report);
    find_idle_lines(input, policy, report);
}

}  // namespace diobench
