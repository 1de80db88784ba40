// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/analysis.h"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/results/history/draw.h"

using namespace diobench;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

HistorySeries series_of(const std::vector<double>& values, const std::string& clock = "virtual", const std::string& metric = "latency_ns.mean") {
    HistorySeries out;
    out.cell = "rand-4k/fscache/flat/ram/local/direct/pread/qd1";
    out.metric = find_metric(metric);
    out.machine = "exact";
    out.clock_kind = clock;
    out.kernel = "dio";
    for (size_t i = 0; i < values.size(); ++i) {
        HistoryPoint point;
        point.runs = {fmt::format("run-{}", i)};
        point.started_at = fmt::format("2026-01-{:02}T00:00:00Z", i + 1);
        point.kernel = "dio";
        point.value = values[i];
        point.seeds = {1};
        point.good = true;
        out.points.push_back(point);
    }
    return out;
}

Pin pin_of(const std::string& run) { return {"good", run, "", "*", "2026-01-01T00:00:00Z"}; }

}  // namespace

TEST(WorseBy, FollowsTheMetricsDirection) {
    EXPECT_DOUBLE_EQ(worse_by(*find_metric("latency_ns.mean"), 100, 110), 0.1);
    EXPECT_DOUBLE_EQ(worse_by(*find_metric("throughput_bytes_per_s"), 100, 110), -0.1);
    EXPECT_DOUBLE_EQ(worse_by(*find_metric("ops"), 100, 90), 0.1);  // neutral: any change
    EXPECT_EQ(worse_by(*find_metric("errors"), 0, 0), 0);
    EXPECT_TRUE(std::isinf(worse_by(*find_metric("errors"), 0, 1)));
    EXPECT_LT(worse_by(*find_metric("throughput_bytes_per_s"), 0, 1), 0);
}

TEST(Signal, IsARatioOnlyIfEveryPointHasAReference) {
    auto series = series_of({10, 20, 30});
    for (auto& point : series.points) point.reference = 10;
    EXPECT_TRUE(signal_of(series).against_reference);
    EXPECT_EQ(signal_of(series).values, (std::vector<double>{1, 2, 3}));
    series.points[1].reference = 0;
    EXPECT_FALSE(signal_of(series).against_reference);
    EXPECT_EQ(signal_of(series).values, (std::vector<double>{10, 20, 30}));
    series.points[1].value.reset();  // a run without a number says nothing about references
    EXPECT_TRUE(signal_of(series).against_reference);
    EXPECT_EQ(signal_of(series).index, (std::vector<size_t>{0, 2}));
}

TEST(LevelChanges, AVirtualClockNeedsNoTest) {
    auto series = series_of({1000, 1000, 1000, 1050, 1050});
    auto changes = level_changes(series);
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].index, 3u);
    series.points[1].value.reset();  // indices are those of the points
    EXPECT_EQ(level_changes(series).at(0).index, 3u);
    EXPECT_THAT(level_changes(series_of({1000, 1000, 1000, 1050, 1050}, "real")), IsEmpty());
}

TEST(LevelChanges, ARealClockWantsMoreThanTheFloor) {
    std::vector<double> small;
    std::vector<double> large;
    for (size_t i = 0; i < 40; ++i) {
        const double wobble = i % 2 == 0 ? 1 : -1;
        small.push_back(1000 + wobble + (i < 20 ? 0 : 20));
        large.push_back(1000 + wobble + (i < 20 ? 0 : 100));
    }
    EXPECT_THAT(level_changes(series_of(small, "real")), IsEmpty());
    ASSERT_EQ(level_changes(series_of(large, "real")).size(), 1u);
    EXPECT_EQ(level_changes(series_of(large, "real"))[0].index, 20u);
}

TEST(RollingBaseline, IsTheMedianOfTheLastGoodRuns) {
    auto series = series_of({1, 2, 3, 4, 100});
    EXPECT_EQ(rolling_baseline(series, 4, 3), 3);
    EXPECT_EQ(rolling_baseline(series, 5, 3), 4);
    EXPECT_EQ(rolling_baseline(series, 0), std::nullopt);
    series.points[4].good = false;  // a bad run never becomes a baseline
    EXPECT_EQ(rolling_baseline(series, 5, 3), 3);
    series.points[3].value.reset();
    EXPECT_EQ(rolling_baseline(series, 5, 2), 2.5);
    for (auto& point : series.points) point.good = false;
    EXPECT_EQ(rolling_baseline(series, 5), std::nullopt);
}

TEST(Drift, SlowOnesAreACreepAndStepsAreNot) {
    std::vector<double> slow;
    for (size_t i = 0; i < 40; ++i) slow.push_back(1000 + 2.0 * static_cast<double>(i));  // 0.2 % a run, below the floor
    auto series = series_of(slow);
    auto changes = level_changes(series);
    EXPECT_THAT(changes, IsEmpty());
    auto drift = drift_from(series, changes, pin_of("run-0"));
    ASSERT_TRUE(drift);
    EXPECT_TRUE(drift->creep);
    EXPECT_NEAR(drift->worse_by_ratio, 0.072, 0.001);  // the median of the last seven
    EXPECT_FALSE(drift_from(series, changes, pin_of("run-38")));  // near enough
    EXPECT_FALSE(drift_from(series, changes, pin_of("another")));
    Pin elsewhere = pin_of("run-0");
    elsewhere.cells = "seq-*";
    EXPECT_FALSE(drift_from(series, changes, elsewhere));
    Pin other_arm = pin_of("run-0");
    other_arm.kernel = "fallback";
    EXPECT_FALSE(drift_from(series, changes, other_arm));

    auto step = series_of({1000, 1000, 1000, 1080, 1080, 1080});
    auto stepped = drift_from(step, level_changes(step), pin_of("run-0"));
    ASSERT_TRUE(stepped);
    EXPECT_FALSE(stepped->creep);
    EXPECT_NEAR(stepped->worse_by_ratio, 0.08, 1e-9);
    step.points[0].runs = {"run-0", "run-of-another-seed"};  // a point of several runs is that of each
    EXPECT_TRUE(drift_from(step, level_changes(step), pin_of("run-of-another-seed")));
    auto better = series_of({1000, 1000, 900, 900});
    EXPECT_FALSE(drift_from(better, level_changes(better), pin_of("run-0")));
}

TEST(Draw, SparklinesShowGapsAndExtremes) {
    const std::vector<std::optional<double>> values = {1, 8, std::nullopt, 4.5};
    EXPECT_EQ(sparkline(values, 10), "▁█ ▅");
    EXPECT_EQ(sparkline({}, 10), "");
    std::vector<std::optional<double>> many(1000, 5.0);
    EXPECT_EQ(sparkline(many, 4), "▅▅▅▅");
}

TEST(Draw, APlotMarksWhatHappened) {
    auto series = series_of({1000, 1000, 1100, 1100, 1100});
    series.points[2].kernel = "dio-v2";
    series.points[3].verdict = "regression";
    series.points[4].value.reset();
    const std::string text = plot(series, level_changes(series), {60, 4});
    EXPECT_THAT(text, HasSubstr("1.10 us"));
    EXPECT_THAT(text, HasSubstr("        ^   R   x\n"));
    auto lines = describe_changes(series, level_changes(series));
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_THAT(lines[0], HasSubstr("2026-01-03 run-2"));
    EXPECT_THAT(lines[0], HasSubstr("+10.0 % worse"));
    EXPECT_THAT(lines[0], HasSubstr("dio-v2 after dio"));
}

TEST(Draw, AThousandRunsFitTheWidth) {
    std::vector<double> values;
    for (size_t i = 0; i < 1000; ++i) values.push_back(static_cast<double>(i % 17));
    auto series = series_of(values, "real");
    series.points[999].verdict = "regression";
    const std::string text = plot(series, {}, {50, 4});
    const std::string marks = text.substr(text.rfind('\n', text.size() - 2) + 1);
    EXPECT_EQ(marks.size(), 51u);  // the last column, and the end of the line
    EXPECT_EQ(marks[49], 'R');
}
