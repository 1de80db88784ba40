// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/metric_words.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/verdict/judge/size_in_time.h"

namespace diobench {

namespace {

constexpr double kMib = 1024.0 * 1024.0;

std::string thousands(size_t count) {
    std::string out = std::to_string(count);
    for (size_t end = out.size(); end > 3; end -= 3) out.insert(end - 3, ",");
    return out;
}

std::string time_difference(double ns) {
    if (std::abs(ns) < 10) return fmt::format("{:+.1f} ns", ns);
    if (std::abs(ns) < 1e3) return fmt::format("{:+.0f} ns", ns);
    return std::abs(ns) < 1e6 ? fmt::format("{:+.2f} us", ns / 1e3) : fmt::format("{:+.2f} ms", ns / 1e6);
}

std::string bytes_difference(double bytes) {
    if (std::abs(bytes) < 1024) return fmt::format("{:+.0f} B", bytes);
    return std::abs(bytes) < kMib ? fmt::format("{:+.4g} KiB", bytes / 1024) : fmt::format("{:+.4g} MiB", bytes / kMib);
}

}  // namespace

std::string plural(size_t count, std::string_view noun) { return fmt::format("{} {}{}", thousands(count), noun, count == 1 ? "" : "s"); }

std::string value_text(const Metric& metric, double value) {
    if (metric.unit == "ns") return std::abs(value) < 1e5 ? fmt::format("{:.1f} ns", value) : fmt::format("{:.2f} us", value / 1e3);
    if (metric.unit == "s") return fmt::format("{:.6f} s", value);
    if (metric.unit == "bytes") return std::abs(value) < 1e6 ? fmt::format("{:.0f} B", value) : fmt::format("{:.3f} MiB", value / kMib);
    if (metric.unit == "bytes_per_s") return fmt::format("{:.2f} MiB/s", value / kMib);
    if (metric.unit == "ops_per_s") return fmt::format("{:.1f} /s", value);
    if (metric.unit == "ratio") return fmt::format("{:.4f}", value);
    if (metric.unit == "instructions") return fmt::format("{:.1f} instructions", value);
    if (metric.unit == "per_op") return fmt::format("{:.3f} a read", value);
    return fmt::format("{:.0f}", value);
}

std::string difference_text(const Metric& metric, double difference) {
    if (metric.unit == "ns") return time_difference(difference);
    if (metric.unit == "bytes") return bytes_difference(difference);
    if (metric.unit == "instructions") return fmt::format("{:+.{}f}", difference, std::abs(difference) < 10 ? 1 : 0);
    return fmt::format("{:+.3g}", difference);
}

std::string share_text(double share) {
    const double value = share * 100;
    if (std::isinf(value)) return value > 0 ? "from nothing" : "to nothing";
    return std::abs(value) < 0.1 ? fmt::format("{:+.4f} %", value) : std::abs(value) < 10 ? fmt::format("{:+.2f} %", value) : fmt::format("{:+.1f} %", value);
}

std::string how_much(const MetricReport& metric) { return metric.verdict == Verdict::invalid ? "-" : share_text(worse_by_share(metric)); }

std::string how_sure(const MetricReport& metric, size_t pairs) {
    if (metric.verdict == Verdict::invalid || metric.wall) return metric.reason;
    if (metric.verdict == Verdict::pass && !metric.paired.better) return {};
    const auto& differences = metric.paired.differences;
    const auto [low, high] = std::minmax_element(differences.begin(), differences.end());
    const double base = std::abs(metric.paired.baseline);
    std::string range = *low == *high ? "all alike" : base > 0 ? fmt::format("{} to {}", share_text(*low / base), share_text(*high / base))
                                                                : fmt::format("{:+g} to {:+g}", *low, *high);
    if (metric.floor_of != nullptr) range += fmt::format(", {} of {}", share_text(metric.paired.relative * metric.part), metric.floor_of->name);
    return fmt::format("{}, {}", metric.verdict == Verdict::pass ? plural(pairs, "seed") : metric.reason, range);
}

}  // namespace diobench
