// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/results/store/clock_file.h"
#include "bench/verdict/calibrate/clock_report.h"

namespace diobench {

namespace {

/// "0.912", "12.3", "345": three digits that mean something.
std::string ratio_text(double ratio) {
    if (ratio >= 100) return fmt::format("{:.0f}", ratio);
    return ratio >= 10 ? fmt::format("{:.1f}", ratio) : fmt::format("{:.3f}", ratio);
}

std::string estimate_text(const std::optional<RatioEstimate>& estimate) { return estimate ? ratio_text(estimate->ratio) : "-"; }

std::string bounds_text(const RatioEstimate& estimate) {
    if (!std::isfinite(estimate.interval.high)) return "not bounded";
    return fmt::format("{} to {}", ratio_text(estimate.interval.low), ratio_text(estimate.interval.high));
}

std::string sign_text(const HeldRatio& held, size_t exact_clock) {
    const auto agrees = held.agrees(exact_clock);
    if (!agrees) return "open";
    return *agrees ? "agrees" : "OPPOSED";
}

/// How many times apart two clocks are, whichever has more.
std::string apart_text(const std::optional<double>& factor) { return factor ? fmt::format("{:.2f}x", std::max(*factor, 1 / *factor)) : "-"; }

/// The exact clocks that any ratio has.
std::vector<size_t> clocks_seen(const ClockOfHost& clock) {
    std::vector<size_t> out;
    for (size_t i = 0; i < kExactClocks.size(); ++i)
        if (std::any_of(clock.ratios.begin(), clock.ratios.end(), [&](const HeldRatio& held) { return held.exact[i].has_value(); })) out.push_back(i);
    return out;
}

std::string heading_of(const PlannedRatio& planned) {
    return fmt::format("{}, {}{}{}", planned.what, planned.device, planned.io.empty() ? "" : ", ", planned.io);
}

std::string head_line(const std::vector<size_t>& clocks, const std::string& machine, double confidence) {
    std::string out = fmt::format("  {:<26}{:>9}{:>18}", "", machine, fmt::format("{:g} %", confidence * 100));
    for (size_t clock : clocks) out += fmt::format("{:>12}{:>9}{:>9}", kExactClocks[clock].name, "sign", "apart");
    return out + "\n";
}

std::string ratio_line(const HeldRatio& held, const std::vector<size_t>& clocks) {
    std::string out = fmt::format("    {:<24}{:>9}{:>18}", held.planned.read, estimate_text(held.real), held.real ? bounds_text(*held.real) : "");
    for (size_t clock : clocks) out += fmt::format("{:>12}{:>9}{:>9}", estimate_text(held.exact[clock]), sign_text(held, clock), apart_text(held.factor(clock)));
    return out + "\n";
}

std::string ratios_text(const ClockOfHost& clock, double confidence) {
    const auto clocks = clocks_seen(clock);
    std::string out = head_line(clocks, clock.machine, confidence);
    std::string heading;
    size_t unsupported = 0;
    for (const auto& held : clock.ratios) {
        unsupported += held.status == RatioStatus::unsupported ? 1 : 0;
        if (held.status != RatioStatus::ok) continue;
        if (std::string own = heading_of(held.planned); own != heading) {
            heading = std::move(own);
            out += fmt::format("  {}\n", heading);
        }
        out += ratio_line(held, clocks);
    }
    if (unsupported > 0) out += fmt::format("  {} more are of reads that a kernel refuses or this machine does not have (clock.json says why).\n", unsupported);
    return out;
}

std::string summary_line(const ClockSummary& summary) {
    std::string name(summary.family ? family_name(*summary.family) : kAllFamilies);
    if (summary.exact_clock != kCounted) name += fmt::format(", {}", kExactClocks[summary.exact_clock].name);
    std::string agree = summary.judged == 0 ? "none is told from 1"
                                            : fmt::format("{} of {} ({:.0f} to {:.0f} %)", summary.agree, summary.judged, summary.agree_share.low * 100, summary.agree_share.high * 100);
    std::string factor = summary.ratios == 0 ? "-" : fmt::format("{:.2f}x", summary.median_factor);
    if (std::isfinite(summary.median_factor_interval.high)) factor += fmt::format(" ({:.2f} to {:.2f})", summary.median_factor_interval.low, summary.median_factor_interval.high);
    return fmt::format("  {:<30}{:>7}  {:<28}{}\n", name, summary.ratios, agree, factor);
}

std::string clock_part(const ClockOfHost& clock, double confidence) {
    if (clock.outcome == ClockOfHost::Outcome::skipped) return fmt::format("\n{}: skipped, {}\n", clock.machine, clock.reason);
    if (clock.ratios.empty()) return {};  // why is among the failures
    std::string out = fmt::format("\n{}: {} boots{}{}\n", clock.machine, clock.boots,
                                  clock.disturbed > 0 ? fmt::format(", {} pairs more were thrown away as disturbed", clock.disturbed) : "",
                                  clock.exact_device.empty() ? "" : fmt::format("; its device is held against {} of exact", clock.exact_device));
    out += ratios_text(clock, confidence);
    out += fmt::format("\n  {:<30}{:>7}  {:<28}{}\n", clock.machine, "ratios", "agree in sign", "median times apart");
    for (const auto& summary : summaries_of(clock, confidence)) out += summary_line(summary);
    return out;
}

}  // namespace

std::string clock_text(const ClockReport& report) {
    std::string kernels;
    for (const auto& kernel : report.kernels) kernels += (kernels.empty() ? "" : ", ") + kernel;
    std::string out = fmt::format("Ratios of {} by real clocks and by machine exact ({} seed{}): suite {}, kernels {}\n", kRealMetric, report.seeds, report.seeds == 1 ? "" : "s", report.suite, kernels);
    for (const auto& clock : report.clocks) out += clock_part(clock, report.confidence);
    for (const auto& failure : report.failures()) out += fmt::format("! {}\n", failure);
    return out + fmt::format("\n{}.\n{:.0f} s\n", stopwatch_sentence(report.to_json()), report.elapsed_s);
}

}  // namespace diobench
