// SPDX-License-Identifier: GPL-2.0-only
// A ratio by the exact machine's clocks and by a real one, and whether they agree.  Pure functions.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/verdict/calibrate/clock_ratios.h"
#include "bench/verdict/pairs/samples.h"
#include "bench/verdict/pairs/statistics.h"

namespace diobench {

/// A clock of the exact machine, and the metric that has its times.
struct ExactClock {
    std::string_view name;
    std::string_view metric;
    std::string_view machine;  ///< held beside this one's clock only; empty: beside any
};
/// What is counted is always there; modelled time only in results that have it.
inline constexpr std::array kExactClocks = {ExactClock{"counted", "latency_ns.mean", ""}, ExactClock{"modelled", "modelled_ns", ""}, ExactClock{"with traps", "modelled_uml_ns", "uml"}};
inline constexpr size_t kCounted = 0;
/// What a real clock's times are taken from.
inline constexpr std::string_view kRealMetric = "latency_ns.mean";

/// The fewest boots, or pairs of them, whose interval is bounded at 95 % (hodges_lehmann()).
inline constexpr size_t kFewestPairs = 6;

struct RatioEstimate {
    double ratio = 1;   ///< Hodges-Lehmann over boots, of the logarithms
    Interval interval;  ///< real clocks: of the estimate, (0, infinity) of too few boots; exact: least and most of the seeds
    size_t boots = 0;   ///< or pairs of boots, or seeds
};

enum class RatioStatus {
    ok,           ///< both clocks have a number
    unsupported,  ///< a kernel or machine does not read so, or its series lists it as failing: there is no such ratio
    missing,      ///< a number is not there that should be
};
/// "ok", "unsupported", "missing".
[[nodiscard]] std::string_view ratio_status_name(RatioStatus status);

struct HeldRatio {
    PlannedRatio planned;
    RatioStatus status = RatioStatus::missing;
    std::string reason;  ///< empty only for ok
    std::array<std::optional<RatioEstimate>, kExactClocks.size()> exact;
    std::optional<RatioEstimate> real;

    /// The real clock tells the ratio from 1.
    [[nodiscard]] bool judged() const;
    /// Of a judged ratio: whether an exact clock sees the difference on the same side; an exact 1 is on neither.
    [[nodiscard]] std::optional<bool> agrees(size_t exact_clock) const;
    /// The real clock's ratio / the exact clock's.
    [[nodiscard]] std::optional<double> factor(size_t exact_clock) const;
};

/// Both clocks' boots of one ratio.  Two kernels' reads are paired as the boots are; of one kernel's reads every boot of it is a
/// sample, whichever side of a pair it was.  `machine` is the real clock's, `confidence` that of its interval.
[[nodiscard]] HeldRatio hold_ratio(const PlannedRatio& planned, std::span<const RunPair> exact, std::span<const RunPair> real, std::string_view machine, double confidence);

/// What many ratios say together.
struct ClockSummary {
    size_t exact_clock = kCounted;
    std::optional<RatioFamily> family;  ///< empty: all
    size_t ratios = 0;                  ///< with both numbers
    size_t judged = 0;
    size_t agree = 0;                   ///< of the judged
    Interval agree_share;               ///< Clopper and Pearson, as if ratios were independent
    double median_factor = 0;           ///< of max(factor, 1 / factor) over all ratios; NaN of none
    Interval median_factor_interval;    ///< by the sign test, as if ratios were independent
};
[[nodiscard]] ClockSummary summarise_ratios(std::span<const HeldRatio> ratios, size_t exact_clock, std::optional<RatioFamily> family, double confidence);

}  // namespace diobench
