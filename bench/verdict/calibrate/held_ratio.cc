// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/held_ratio.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/results/store/cells.h"

namespace diobench {

namespace {

/// What a clock has of a ratio.
struct ClockSide {
    RatioStatus status = RatioStatus::ok;
    std::string reason;
    std::vector<double> log_ratios;
};

/// As CellPairs: the denominator is the baseline.
CellSamples samples_of_ratio(std::span<const RunPair> pairs, const RatioSides& sides) {
    CellSamples out{sides.numerator.cell, {}};
    auto cell_of = [](const ArmOfRun& arm, const RatioSide& side) { return find_cell(arm.results.cells, side.kernel, side.cell); };
    for (const auto& pair : pairs) {
        if (sides.numerator.kernel != sides.denominator.kernel) {
            if (pair.candidate.kernel != sides.numerator.kernel || pair.baseline.kernel != sides.denominator.kernel) continue;
            out.pairs.push_back({pair.seed, cell_of(pair.baseline, sides.denominator), cell_of(pair.candidate, sides.numerator)});
            continue;
        }
        for (const ArmOfRun* arm : {&pair.baseline, &pair.candidate})
            if (arm->kernel == sides.numerator.kernel) out.pairs.push_back({pair.seed, cell_of(*arm, sides.denominator), cell_of(*arm, sides.numerator)});
    }
    return out;
}

/// Why one cell has no number; a missing one outweighs an unsupported one.
void look_at_side(const CellResult* cell, const RatioSide& side, ClockSide& out) {
    auto say = [&](RatioStatus status, std::string reason) {
        if (out.status >= status) return;
        out.status = status;
        out.reason = std::move(reason);
    };
    if (cell == nullptr) return say(RatioStatus::missing, fmt::format("a boot of {} has no cell {}", side.kernel, side.cell));
    if (cell->status == CellStatus::ok) return;
    const bool expected = cell->status == CellStatus::unsupported || cell->known;
    say(expected ? RatioStatus::unsupported : RatioStatus::missing, fmt::format("{} of {} is {}: {}", side.cell, side.kernel, status_name(cell->status), cell->reason));
}

ClockSide clock_side(std::span<const RunPair> pairs, const RatioSides& sides, std::string_view metric) {
    ClockSide out;
    const CellSamples samples = samples_of_ratio(pairs, sides);
    if (samples.pairs.empty()) return {RatioStatus::missing, fmt::format("there is no boot of {}", sides.numerator.kernel), {}};
    for (const auto& pair : samples.pairs) {
        look_at_side(pair.candidate, sides.numerator, out);
        look_at_side(pair.baseline, sides.denominator, out);
    }
    if (out.status != RatioStatus::ok) return out;
    std::vector<double> below, above;
    for (const auto& pair : pair_values(samples, metric)) {
        if (!pair.baseline || !pair.candidate) return {RatioStatus::missing, fmt::format("a boot has no {} of {}", metric, sides.numerator.cell), {}};
        below.push_back(*pair.baseline);
        above.push_back(*pair.candidate);
    }
    out.log_ratios = log_ratios(below, above);
    if (out.log_ratios.empty()) return {RatioStatus::missing, fmt::format("{} of {} is not positive", metric, sides.numerator.cell), {}};
    return out;
}

RatioEstimate estimate_of(const std::vector<double>& logs, double confidence) {
    const ShiftEstimate shift = hodges_lehmann(logs, confidence);
    return {std::exp(shift.value), {std::exp(shift.interval.low), std::exp(shift.interval.high)}, logs.size()};
}

/// Seeds are no sample of a noise: what they differ by is said, not tested.
RatioEstimate estimate_of_seeds(const std::vector<double>& logs) {
    RatioEstimate out = estimate_of(logs, 0.5);
    const auto [least, most] = std::minmax_element(logs.begin(), logs.end());
    out.interval = {std::exp(*least), std::exp(*most)};
    return out;
}

void take_worse(const ClockSide& side, std::string_view clock, HeldRatio& out) {
    if (side.status <= out.status) return;
    out.status = side.status;
    out.reason = fmt::format("{}: {}", clock, side.reason);
}

}  // namespace

std::string_view ratio_status_name(RatioStatus status) {
    switch (status) {
    case RatioStatus::ok: return "ok";
    case RatioStatus::unsupported: return "unsupported";
    case RatioStatus::missing: return "missing";
    }
    return "";
}

bool HeldRatio::judged() const { return real && (real->interval.low > 1 || real->interval.high < 1); }

std::optional<bool> HeldRatio::agrees(size_t exact_clock) const {
    if (!judged() || !exact[exact_clock]) return std::nullopt;
    const double own = exact[exact_clock]->ratio;
    return real->ratio > 1 ? own > 1 : own < 1;
}

std::optional<double> HeldRatio::factor(size_t exact_clock) const {
    if (!real || !exact[exact_clock]) return std::nullopt;
    return real->ratio / exact[exact_clock]->ratio;
}

HeldRatio hold_ratio(const PlannedRatio& planned, std::span<const RunPair> exact, std::span<const RunPair> real, std::string_view machine, double confidence) {
    HeldRatio out;
    out.planned = planned;
    out.status = RatioStatus::ok;
    for (size_t clock = 0; clock < kExactClocks.size(); ++clock) {
        if (!kExactClocks[clock].machine.empty() && kExactClocks[clock].machine != machine) continue;
        const ClockSide side = clock_side(exact, planned.exact, kExactClocks[clock].metric);
        if (side.status == RatioStatus::ok) out.exact[clock] = estimate_of_seeds(side.log_ratios);
        else if (clock == kCounted) take_worse(side, "exact", out);
    }
    const ClockSide side = clock_side(real, planned.real, kRealMetric);
    if (side.status == RatioStatus::ok) out.real = estimate_of(side.log_ratios, confidence);
    else take_worse(side, "real", out);
    return out;
}

ClockSummary summarise_ratios(std::span<const HeldRatio> ratios, size_t exact_clock, std::optional<RatioFamily> family, double confidence) {
    ClockSummary out;
    out.exact_clock = exact_clock;
    out.family = family;
    std::vector<double> factors;
    for (const auto& ratio : ratios) {
        if (family && ratio.planned.family != *family) continue;
        const auto factor = ratio.factor(exact_clock);
        if (!factor) continue;
        factors.push_back(std::max(*factor, 1 / *factor));
        const auto agrees = ratio.agrees(exact_clock);
        out.judged += agrees ? 1 : 0;
        out.agree += agrees && *agrees ? 1 : 0;
    }
    out.ratios = factors.size();
    out.agree_share = binomial_interval(out.agree, out.judged, confidence);
    out.median_factor = median(factors);
    out.median_factor_interval = median_interval(factors, confidence);
    return out;
}

}  // namespace diobench
