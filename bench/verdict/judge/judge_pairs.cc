// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/judge_pairs.h"

#include <string_view>

#include "bench/verdict/judge/acceptance.h"
#include "bench/verdict/judge/judge_cell.h"
#include "bench/verdict/judge/statuses.h"
#include "bench/verdict/judge/unseen.h"
#include "bench/verdict/judge/wall_metrics.h"

namespace diobench {

namespace {

const CellSamples* find_samples(const std::vector<CellSamples>& all, std::string_view cell) {
    for (const auto& samples : all)
        if (samples.cell == cell) return &samples;
    return nullptr;
}

/// The pairs of both sets: only times need an independent set of their own.
CellSamples joined(const CellSamples& first, const CellSamples* second, std::span<const RunPair> confirm) {
    CellSamples out = first;
    if (second != nullptr) out.pairs.insert(out.pairs.end(), second->pairs.begin(), second->pairs.end());
    else
        for (const auto& pair : confirm) out.pairs.push_back({pair.seed, nullptr, nullptr});
    return out;
}

/// Times by wall clock, of all cells together.
void judge_times(const GateInput& input, const Policy& policy, const std::vector<CellSamples>& first, const std::vector<CellSamples>& second, GateReport& report) {
    std::vector<WallMetric> times;
    for (auto& cell : report.cells)
        for (auto& metric : cell.metrics)
            if (!is_count(*metric.metric) && metric.verdict != Verdict::invalid) times.push_back({&metric, find_samples(first, cell.cell), find_samples(second, cell.cell)});
    judge_wall_metrics(times, input, policy);
}

std::string reason_of(const MetricReport& report) {
    if (report.verdict == Verdict::pass) return {};
    return report.wall ? wall_reason(report) : report.paired.reason;
}

}  // namespace

GateReport judge_pairs(const GateInput& input, const Policy& policy) {
    GateReport report;
    report.machine = input.machine;
    report.suite = input.suite;
    report.policy_file = policy.file;
    report.confirm_pairs = input.confirm.size();
    for (const auto& pair : input.pairs) report.seeds.push_back(pair.seed);
    for (const auto& pairs : {input.pairs, input.confirm})
        for (const auto& pair : pairs) {
            report.runs.push_back(pair.candidate.results.run.id);
            report.baseline_runs.push_back(pair.baseline.results.run.id);
        }
    look_at_kernels(input.pairs, report);
    look_at_kernels(input.confirm, report);
    const auto first = pair_cells(input.pairs);
    const auto second = pair_cells(input.confirm);
    KnownCounts counting{all_counted(input.pairs)};
    for (const auto& cell : input.cells) {
        auto gated = gated_metrics(policy, cell, input.machine, input.suite);
        if (!counting.everywhere && std::erase_if(gated, [](const GatedMetric& one) { return is_counted(*one.metric); }) > 0) ++counting.cells_without;
        if (gated.empty()) {
            ++report.cells_that_do_not_gate;
            continue;
        }
        const CellSamples* samples = find_samples(first, cell);
        if (samples != nullptr) report.cells.push_back(judge_cell(*samples, joined(*samples, find_samples(second, cell), input.confirm), gated, input, policy));
        else report.cells.push_back({cell, Verdict::invalid, std::string(kNoResult), "", "", {}});
    }
    if (input.has_real_clock()) judge_times(input, policy, first, second, report);
    for (auto& cell : report.cells) {
        if (cell.metrics.empty()) continue;
        const CellSamples all = joined(*find_samples(first, cell.cell), find_samples(second, cell.cell), input.confirm);
        for (auto& metric : cell.metrics) {
            metric.reason = reason_of(metric);
            accept_metric(metric, all, input, policy);
            cell.verdict = worse_of(cell.verdict, metric.verdict);
        }
    }
    tell_unseen(input, policy, counting, report);
    return report;
}

}  // namespace diobench
