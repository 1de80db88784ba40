// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/acceptance.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace diobench {

namespace {

std::string words_of(const Waiver& waiver) { return fmt::format("waived by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason); }

/// With every seed the other metric is good enough, and better than it was: without a gain there is no trade.
bool condition_holds(const TradeOff& trade_off, const CellSamples& samples) {
    const bool higher = trade_off.if_metric->direction == Direction::higher_is_better;
    for (const auto& value : pair_values(samples, trade_off.if_metric->name)) {
        if (!value.candidate || !value.baseline) return false;
        if (higher ? *value.candidate <= *value.baseline : *value.candidate >= *value.baseline) return false;
        if (trade_off.at_most && *value.candidate > *trade_off.at_most) return false;
        if (trade_off.at_most_of_baseline && *value.candidate > *trade_off.at_most_of_baseline * *value.baseline) return false;
    }
    return true;
}

/// How much worse the candidate may be at most, by all that was seen: the worst pair, or the far end of the interval; share of the baseline.
double worst_of(const MetricReport& report, const CellSamples& samples) {
    if (report.wall) {
        const double far_end = std::expm1(report.wall->shift.interval.high);
        return report.confirmation ? std::max(far_end, std::expm1(report.confirmation->shift.interval.high)) : far_end;
    }
    double out = report.paired.relative;
    const auto values = pair_values(samples, report.metric->name);
    for (size_t i = 0; i < report.paired.differences.size(); ++i) {
        const double difference = report.paired.differences[i];
        if (difference > 0) out = std::max(out, difference / std::abs(*values[i].baseline));  // from nothing to something is infinite
    }
    return out;
}

/// A cell whose numbers must not be believed, wrong bytes most of all: nobody can waive that.
bool has_invalid_candidate(const CellSamples& samples) {
    return std::any_of(samples.pairs.begin(), samples.pairs.end(), [](const auto& pair) { return pair.candidate != nullptr && pair.candidate->status == CellStatus::invalid; });
}

}  // namespace

void accept_metric(MetricReport& report, const CellSamples& samples, const GateInput& input, const Policy& policy) {
    if (report.verdict == Verdict::pass) return;
    for (const auto& trade_off : policy.trade_offs) {
        if (report.verdict != Verdict::regression || trade_off.metric != report.metric) continue;
        if (!trade_off.scope.applies(input.machine, input.suite) || !trade_off.scope.holds(samples.cell)) continue;
        if (worst_of(report, samples) > trade_off.worse_by_at_most || !condition_holds(trade_off, samples)) continue;
        report.verdict = Verdict::pass;
        report.accepted = fmt::format("trade-off at {}:{}: {}", policy.file, trade_off.scope.line, trade_off.reason);
        return;
    }
    if (const Waiver* waiver = find_waiver(policy, samples.cell, report.metric, input.machine, input.suite)) {
        report.verdict = Verdict::pass;
        report.accepted = words_of(*waiver);
    }
}

void accept_cell(CellReport& report, const CellSamples& samples, const GateInput& input, const Policy& policy) {
    const Waiver* waiver = find_waiver(policy, samples.cell, nullptr, input.machine, input.suite);
    if (waiver == nullptr || has_invalid_candidate(samples)) return;
    report.verdict = Verdict::pass;
    report.accepted = words_of(*waiver);
}

}  // namespace diobench
