// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/wall_metrics.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace diobench {

namespace {

WallSeries series_of(const CellSamples* samples, const MetricReport& report) {
    const double floor = report.tolerance.floor;
    WallSeries out{{}, floor};
    if (samples == nullptr) return out;
    for (const auto& value : pair_values(*samples, report.metric->name)) {
        if (!value.baseline || !value.candidate || !(*value.baseline > 0) || !(*value.candidate > 0)) return {{}, floor};
        const double ratio = std::log(*value.candidate / *value.baseline);
        out.worse_log_ratios.push_back(report.metric->direction == Direction::higher_is_better ? -ratio : ratio);
    }
    return out;
}

}  // namespace

void judge_wall_metrics(std::span<const WallMetric> metrics, const GateInput& input, const Policy& policy) {
    std::vector<WallSeries> series;
    for (const auto& metric : metrics) series.push_back(series_of(metric.first, *metric.report));
    const auto judged = judge_wall(series, policy.wall, input.seed);
    std::vector<const WallMetric*> suspects;
    for (size_t i = 0; i < metrics.size(); ++i) {
        MetricReport& report = *metrics[i].report;
        report.wall = judged[i];
        report.verdict = judged[i].verdict;
        report.paired.better = judged[i].better;
        if (report.verdict == Verdict::regression) suspects.push_back(&metrics[i]);
    }
    if (input.confirm.empty()) return;
    series.clear();
    for (const WallMetric* suspect : suspects) series.push_back(series_of(suspect->confirm, *suspect->report));
    const auto again = judge_wall(series, policy.wall, input.seed + 1);
    for (size_t i = 0; i < suspects.size(); ++i) {
        suspects[i]->report->confirmation = again[i];
        suspects[i]->report->verdict = confirmed(*suspects[i]->report->wall, again[i]);
    }
}

std::string wall_reason(const MetricReport& report) {
    const auto& shown = report.confirmation ? *report.confirmation : *report.wall;
    const Interval& interval = shown.shift.interval;
    std::string text = fmt::format("{:+.2f} % to {:+.2f} %", std::expm1(interval.low) * 100, std::expm1(interval.high) * 100);
    if (shown.p < 1) text += fmt::format(", p {:.4f} after Holm", shown.adjusted_p);
    if (report.confirmation) text += report.verdict == Verdict::regression ? ", confirmed by an independent set" : ", an independent set did not confirm it";
    else if (report.verdict == Verdict::regression) text += ", not confirmed yet";
    return text;
}

bool has_suspicion(const GateReport& report) {
    return std::any_of(report.cells.begin(), report.cells.end(), [](const CellReport& cell) {
        return std::any_of(cell.metrics.begin(), cell.metrics.end(), [](const MetricReport& metric) {
            return metric.wall && metric.wall->verdict == Verdict::regression && !metric.confirmation && metric.accepted.empty();
        });
    });
}

bool wants_more_pairs(const GateReport& report, const Policy& policy) {
    std::vector<WallJudgement> judged;
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics)
            if (metric.wall) judged.push_back(*metric.wall);
    return wants_more_pairs(judged, report.seeds.size(), policy.wall);
}

}  // namespace diobench
