// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/analysis.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bench/results/store/cells.h"

namespace diobench {

namespace {

bool beyond(double before, double after, double floor) { return std::abs(after - before) > floor * std::abs(before); }

/// Where the point with a run is; the number of points if it is not there.
size_t find_run(const HistorySeries& series, const std::string& run_id) {
    const auto has_run = [&](const HistoryPoint& point) { return std::find(point.runs.begin(), point.runs.end(), run_id) != point.runs.end(); };
    return static_cast<size_t>(std::find_if(series.points.begin(), series.points.end(), has_run) - series.points.begin());
}

}  // namespace

double floor_of(const HistorySeries& series) { return series.clock_kind == "virtual" ? kVirtualFloor : kRealFloor; }

double worse_by(const Metric& metric, double baseline, double value) {
    double difference = value - baseline;
    if (metric.direction == Direction::higher_is_better) difference = -difference;
    if (metric.direction == Direction::neutral) difference = std::abs(difference);
    if (difference == 0) return 0;
    return baseline == 0 ? std::copysign(std::numeric_limits<double>::infinity(), difference) : difference / std::abs(baseline);
}

Signal signal_of(const HistorySeries& series) {
    Signal out;
    out.against_reference = true;
    for (const auto& point : series.points)
        if (point.value && !(point.reference && *point.reference != 0)) out.against_reference = false;
    for (size_t i = 0; i < series.points.size(); ++i) {
        const auto& point = series.points[i];
        if (!point.value) continue;
        out.values.push_back(out.against_reference ? *point.value / *point.reference : *point.value);
        out.index.push_back(i);
    }
    return out;
}

std::vector<ChangePoint> level_changes(const HistorySeries& series) {
    if (series.points.empty()) return {};
    const Signal signal = signal_of(series);
    const double floor = floor_of(series);
    auto found = series.clock_kind == "virtual" ? steps(signal.values, floor) : change_points(signal.values);
    std::erase_if(found, [&](const ChangePoint& c) { return !beyond(c.before, c.after, floor); });
    for (auto& change : found) change.index = signal.index[change.index];
    return found;
}

std::optional<double> rolling_baseline(const HistorySeries& series, size_t end, size_t runs) {
    std::vector<double> last;
    for (size_t i = std::min(end, series.points.size()); i > 0 && last.size() < runs; --i)
        if (const auto& point = series.points[i - 1]; point.good && point.value) last.push_back(*point.value);
    return last.empty() ? std::nullopt : std::optional<double>(median_of(last));
}

std::optional<double> pinned_baseline(const HistorySeries& series, const Pin& pin) {
    const size_t at = find_run(series, pin.run_id);
    if (at == series.points.size() || !match_glob(pin.cells, series.cell)) return std::nullopt;
    const auto& point = series.points[at];
    return pin.kernel.empty() || pin.kernel == point.kernel ? point.value : std::nullopt;
}

std::optional<Drift> drift_from(const HistorySeries& series, const std::vector<ChangePoint>& changes, const Pin& pin) {
    const auto baseline = pinned_baseline(series, pin);
    if (!baseline) return std::nullopt;
    const size_t pinned = find_run(series, pin.run_id);
    Drift out;
    out.baseline = *baseline;
    size_t level_begin = pinned + 1;
    for (const auto& change : changes) {
        if (change.index <= pinned) continue;
        out.largest_step = std::max(out.largest_step, worse_by(*series.metric, change.before, change.after));
        level_begin = std::max(level_begin, change.index);
    }
    // Of the level it is on now: a bad night is in it, since this asks where we are and not what is good.
    std::vector<double> last;
    for (size_t i = series.points.size(); i > level_begin && last.size() < kRollingRuns; --i)
        if (const auto& point = series.points[i - 1]; point.value) last.push_back(*point.value);
    if (last.empty()) return std::nullopt;
    out.level = median_of(last);
    out.worse_by_ratio = worse_by(*series.metric, out.baseline, out.level);
    if (out.worse_by_ratio <= floor_of(series)) return std::nullopt;
    out.creep = out.largest_step < out.worse_by_ratio / 2;
    return out;
}

}  // namespace diobench
