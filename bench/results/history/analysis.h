// SPDX-License-Identifier: GPL-2.0-only
// What a series shows: changes of level, and how far it is from its baselines.
// Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/results/history/change_points.h"
#include "bench/results/history/series.h"

namespace diobench {

/// How many good runs a rolling baseline is the median of.
inline constexpr size_t kRollingRuns = 7;
/// Share of the baseline below which nobody cares, by clock.
inline constexpr double kVirtualFloor = 0.005;
inline constexpr double kRealFloor = 0.05;
[[nodiscard]] double floor_of(const HistorySeries& series);

/// How much worse `value` is than `baseline`, as a share of the baseline; more is worse. Of a neutral metric any
/// change counts. Infinite from 0 to something.
[[nodiscard]] double worse_by(const Metric& metric, double baseline, double value);

/// What changes are looked for in: value / reference where every point has both and the reference is not 0, else
/// the values. Points without a number are left out; `index` says which are in.
struct Signal {
    std::vector<double> values;
    std::vector<size_t> index;       ///< of the points
    bool against_reference = false;
};
[[nodiscard]] Signal signal_of(const HistorySeries& series);

/// Changes of level; `index` is that of the point. On a virtual clock every difference beyond the floor is one, since a
/// series has the same seeds throughout and nothing but the kernel moves it; else E-divisive decides, and what is below the floor is left out.
[[nodiscard]] std::vector<ChangePoint> level_changes(const HistorySeries& series);

/// The median of the last `runs` good numbers before point `end` (the number of points: of all); empty if there is none.
[[nodiscard]] std::optional<double> rolling_baseline(const HistorySeries& series, size_t end, size_t runs = kRollingRuns);

/// Worse than a pinned run by more than the floor.
struct Drift {
    double baseline = 0;         ///< in the metric's unit
    double level = 0;            ///< the median of the last numbers since the last change
    double worse_by_ratio = 0;
    double largest_step = 0;     ///< of the changes since the pin, worse_by()
    bool creep = false;          ///< no single step accounts for half of it
};
/// The number of the pinned run; empty if the pin is not of this cell or revision, or the run has none.
[[nodiscard]] std::optional<double> pinned_baseline(const HistorySeries& series, const Pin& pin);
/// Empty: not worse than the pinned run by more than the floor, or there is nothing to compare with.
[[nodiscard]] std::optional<Drift> drift_from(const HistorySeries& series, const std::vector<ChangePoint>& changes, const Pin& pin);

}  // namespace diobench
