// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/judge_cell.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/verdict/exact/tail_rule.h"
#include "bench/verdict/judge/acceptance.h"
#include "bench/verdict/judge/statuses.h"
#include "bench/verdict/pairs/statistics.h"

namespace diobench {

namespace {

bool missing_everywhere(const std::vector<ValuePair>& values) {
    return std::all_of(values.begin(), values.end(), [](const ValuePair& v) { return !v.baseline && !v.candidate; });
}

/// A percentile that only jumped over a few reads is no regression.
void need_slow_reads(PairedJudgement& judged, const CellSamples& samples, const Metric& metric, const Tolerance& tolerance) {
    if (judged.verdict != Verdict::regression && judged.verdict != Verdict::inconclusive) return;
    const auto tail = count_tail(samples, metric, tolerance);
    if (!tail) return;
    judged.reason = tail->is_enough() ? judged.reason + "; " + tail->text() : tail->text();
    judged.too_few_slow = !tail->is_enough();
    if (judged.too_few_slow) judged.verdict = Verdict::pass;
}

/// The median baseline of a metric, 0 if it has no number.
double baseline_of(const Metric& metric, const CellSamples& samples) {
    std::vector<double> baselines;
    for (const auto& value : pair_values(samples, metric.name))
        if (value.baseline) baselines.push_back(std::abs(*value.baseline));
    return baselines.empty() ? 0 : median(baselines);
}

/// A cell's noise as a share of each read. A tick, say, delays every read that is under way, and takes CPU time once.
double noise_of_a_read(double noise_per_cell, const Metric& metric, const CellSamples& samples) {
    const double reads = baseline_of(*find_metric("ops"), samples);
    if (noise_per_cell == 0 || reads == 0) return 0;
    const auto known = std::find_if(samples.pairs.begin(), samples.pairs.end(), [](const CellPair& pair) { return pair.baseline != nullptr; });
    const auto& read = known->baseline->dimensions;
    const double delayed = metric.name.starts_with("latency_ns") ? static_cast<double>(read.iodepth) * static_cast<double>(read.numjobs) : 1;
    return noise_per_cell * delayed / reads;
}

MetricReport judge_metric(const CellSamples& samples, const std::vector<ValuePair>& values, const GatedMetric& gated, const GateInput& input) {
    MetricReport report;
    report.metric = gated.metric;
    report.tolerance = gated.line->tolerance;
    report.tolerance.noise = noise_of_a_read(gated.line->noise_per_cell, *gated.metric, samples);
    report.floor_of = gated.line->floor_of;
    const double whole = report.floor_of != nullptr ? baseline_of(*report.floor_of, samples) : 0;
    if (report.floor_of != nullptr) report.tolerance = share_of(report.tolerance, whole);
    report.policy_line = gated.line->scope.line;
    const CountRule counts = input.has_real_clock() ? CountRule::most_pairs : CountRule::any_pair;
    report.paired = judge_exact(values, *gated.metric, report.tolerance, counts);
    if (!input.has_real_clock()) need_slow_reads(report.paired, samples, *gated.metric, report.tolerance);
    if (report.floor_of != nullptr && whole == 0 && report.paired.verdict != Verdict::invalid) {
        report.paired.verdict = Verdict::invalid;
        report.paired.reason = fmt::format("the baseline has no number of {}, of which its floor is a share", report.floor_of->name);
    }
    if (whole > 0 && report.paired.baseline > 0) report.part = report.paired.baseline / whole;
    report.verdict = report.paired.verdict;
    return report;
}

}  // namespace

CellReport judge_cell(const CellSamples& samples, const CellSamples& all, const std::vector<GatedMetric>& gated, const GateInput& input, const Policy& policy) {
    CellReport report;
    report.cell = samples.cell;
    StatusFinding finding = look_at_statuses(all);
    report.note = finding.note;
    if (!finding.reason.empty()) {
        report.verdict = finding.verdict;
        report.reason = finding.reason;
        report.note.clear();
        accept_cell(report, all, input, policy);
        return report;
    }
    if (!report.note.empty()) return report;
    for (const auto& one : gated) {
        const CellSamples& judged = is_count(*one.metric) ? all : samples;
        const auto values = pair_values(judged, one.metric->name);
        if (!missing_everywhere(values)) report.metrics.push_back(judge_metric(judged, values, one, input));
    }
    if (report.metrics.empty()) {
        report.verdict = Verdict::invalid;
        report.reason = "both kernels measured it and neither has a number of any metric that gates";
    }
    return report;
}

}  // namespace diobench
