// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/clock_report.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/results/store/clock_file.h"

namespace diobench {

namespace {

/// Null is what is not known or not bounded.
nlohmann::ordered_json finite(double value) { return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(); }

nlohmann::ordered_json interval_json(const Interval& interval) {
    // Of ratios, shares and factors: from 0 without an end is no bound at all.
    if (!std::isfinite(interval.high)) return {{"low", nullptr}, {"high", nullptr}};
    return {{"low", finite(interval.low)}, {"high", finite(interval.high)}};
}

nlohmann::ordered_json estimate_json(const std::optional<RatioEstimate>& estimate) {
    if (!estimate) return {};
    nlohmann::ordered_json out = {{"ratio", finite(estimate->ratio)}};
    out.update(interval_json(estimate->interval));
    out["boots"] = estimate->boots;
    return out;
}

nlohmann::ordered_json side_json(const RatioSide& side) { return {{"kernel", side.kernel}, {"cell", side.cell}}; }

nlohmann::ordered_json ratio_json(const HeldRatio& held) {
    const PlannedRatio& planned = held.planned;
    nlohmann::ordered_json out = {{"family", family_name(planned.family)}, {"what", planned.what}, {"device", planned.device}, {"io", planned.io}, {"read", planned.read},
                                  {"numerator", side_json(planned.real.numerator)}, {"denominator", side_json(planned.real.denominator)},
                                  {"status", ratio_status_name(held.status)}, {"reason", held.reason}, {"real", estimate_json(held.real)}, {"judged", held.judged()}};
    for (size_t clock = 0; clock < kExactClocks.size(); ++clock) {
        const std::string name(kExactClocks[clock].name);
        const auto agrees = held.agrees(clock);
        const auto factor = held.factor(clock);
        out["exact"][name] = estimate_json(held.exact[clock]);
        out["agrees"][name] = agrees ? nlohmann::ordered_json(*agrees) : nlohmann::ordered_json();
        out["factor"][name] = factor ? finite(*factor) : nlohmann::ordered_json();
    }
    return out;
}

nlohmann::ordered_json summary_json(const ClockSummary& summary) {
    return {{"exact_clock", kExactClocks[summary.exact_clock].name}, {"family", summary.family ? family_name(*summary.family) : kAllFamilies},
            {"ratios", summary.ratios}, {"judged", summary.judged}, {"agree", summary.agree}, {"agree_share", interval_json(summary.agree_share)},
            {"median_factor", finite(summary.median_factor)}, {"median_factor_interval", interval_json(summary.median_factor_interval)}};
}

std::string_view outcome_name(ClockOfHost::Outcome outcome) {
    switch (outcome) {
    case ClockOfHost::Outcome::measured: return "measured";
    case ClockOfHost::Outcome::skipped: return "skipped";
    case ClockOfHost::Outcome::too_busy: return "too-busy";
    case ClockOfHost::Outcome::failed: return "failed";
    }
    return "";
}

nlohmann::ordered_json clock_json(const ClockOfHost& clock, double confidence) {
    nlohmann::ordered_json summaries = nlohmann::ordered_json::array(), ratios = nlohmann::ordered_json::array();
    for (const auto& summary : summaries_of(clock, confidence)) summaries.push_back(summary_json(summary));
    for (const auto& ratio : clock.ratios) ratios.push_back(ratio_json(ratio));
    return {{"machine", clock.machine}, {"outcome", outcome_name(clock.outcome)}, {"reason", clock.reason}, {"exact_device", clock.exact_device}, {"boots", clock.boots},
            {"disturbed", clock.disturbed}, {"summaries", std::move(summaries)}, {"ratios", std::move(ratios)}};
}

/// Ratios without a number by the reason, in the order in which they come.
std::vector<std::string> missing_of(const ClockOfHost& clock) {
    std::vector<std::pair<std::string, size_t>> reasons;
    for (const auto& ratio : clock.ratios) {
        if (ratio.status != RatioStatus::missing) continue;
        const auto found = std::find_if(reasons.begin(), reasons.end(), [&](const auto& one) { return one.first == ratio.reason; });
        if (found == reasons.end()) reasons.emplace_back(ratio.reason, 1);
        else ++found->second;
    }
    std::vector<std::string> out;
    for (const auto& [reason, count] : reasons)
        out.push_back(fmt::format("{}: {} ratio{} without a number: {}", clock.machine, count, count == 1 ? " is" : "s are", reason));
    return out;
}

}  // namespace

std::vector<ClockSummary> summaries_of(const ClockOfHost& clock, double confidence) {
    std::vector<ClockSummary> out;
    for (size_t exact_clock = 0; exact_clock < kExactClocks.size(); ++exact_clock) {
        const auto all = summarise_ratios(clock.ratios, exact_clock, std::nullopt, confidence);
        // What is not modelled is not summed up.
        if (exact_clock != kCounted && all.ratios == 0) continue;
        out.push_back(all);
        for (const RatioFamily family : {RatioFamily::direct_buffered, RatioFamily::arms, RatioFamily::backends}) {
            auto one = summarise_ratios(clock.ratios, exact_clock, family, confidence);
            if (one.ratios > 0) out.push_back(std::move(one));
        }
    }
    return out;
}

std::vector<std::string> ClockReport::failures() const {
    std::vector<std::string> out;
    for (const auto& clock : clocks) {
        if (clock.outcome == ClockOfHost::Outcome::too_busy || clock.outcome == ClockOfHost::Outcome::failed) out.push_back(fmt::format("{}: {}", clock.machine, clock.reason));
        for (auto& missing : missing_of(clock)) out.push_back(std::move(missing));
    }
    return out;
}

ExitCode ClockReport::exit_code() const {
    bool decides = false;
    for (const auto& clock : clocks) {
        if (clock.outcome == ClockOfHost::Outcome::failed) return ExitCode::invalid;
        for (const auto& ratio : clock.ratios) {
            if (ratio.status == RatioStatus::missing) return ExitCode::invalid;
            decides = decides || ratio.judged();
        }
    }
    return decides ? ExitCode::ok : ExitCode::inconclusive;
}

nlohmann::ordered_json ClockReport::to_json() const {
    nlohmann::ordered_json exact_clocks = nlohmann::ordered_json::array(), real_clocks = nlohmann::ordered_json::array();
    for (const auto& clock : kExactClocks) exact_clocks.push_back({{"name", clock.name}, {"metric", clock.metric}});
    for (const auto& clock : clocks) real_clocks.push_back(clock_json(clock, confidence));
    return {{"schema_version", kClockSchemaVersion}, {"measured_at", measured_at}, {"machine", "exact"}, {"suite", suite}, {"filter", filter}, {"kernels", kernels},
            {"seeds", seeds}, {"pairs", pairs}, {"confidence", confidence}, {"elapsed_s", elapsed_s},
            {"host", {{"cpu", host.cpu}, {"cpus", host.cpus}, {"memory_bytes", host.memory_bytes}, {"kernel", host.kernel}, {"os", host.os}}}, {"tool", tool},
            {"exact_clocks", std::move(exact_clocks)}, {"real_metric", kRealMetric}, {"clocks", std::move(real_clocks)}, {"failures", failures()}};
}

}  // namespace diobench
