// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/verdict/bisect/bisect_json.h"
#include "bench/verdict/bisect/bisect_text.h"
#include "bench/verdict/bisect/judge_ends.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

BisectStep step(size_t state, StateSide side, double value, const std::string& problem = "") {
    BisectStep out;
    out.state = state;
    out.name = "state-" + std::to_string(state);
    out.side = side;
    out.reading.value = value;
    out.reading.values = {value};
    out.reading.problem = out.remark = problem;
    return out;
}

/// Four patches, the third is slow, state 2 does not build.
BisectReport report_of(BisectOutcome outcome, size_t last_as_baseline, size_t first_as_candidate) {
    BisectReport report;
    report.outcome = outcome;
    report.sentence = "the answer";
    report.baseline = "old";
    report.candidate = "new";
    report.seeds = {1, 2, 3};
    for (const char* name : {"one", "two", "three"}) report.patches.push_back({std::string("erofs: ") + name, fs::path("/new") / (std::string(name) + ".patch"), ""});
    report.patches.push_back({"erofs: four", {}, std::string(40, 'f')});
    report.followed = Followed{{"a/cell", find_metric("latency_ns.mean")}, {0.001, 0}, Followed::Wanted::worse};
    report.steps = {step(0, StateSide::baseline, 1000), step(4, StateSide::candidate, 1100), step(2, StateSide::baseline, 1001), step(3, StateSide::candidate, 1081),
                    step(1, StateSide::unknown, 0, "it does not build")};
    report.last_as_baseline = last_as_baseline;
    report.first_as_candidate = first_as_candidate;
    return report;
}

}  // namespace

TEST(BisectReport, TheTextSaysBeforeAfterAndBothEnds) {
    const std::string text = bisect_text(report_of(BisectOutcome::found, 2, 3));
    EXPECT_THAT(text, HasSubstr("FOUND: the answer"));
    EXPECT_THAT(text, HasSubstr("before it 1001.0 ns, with it 1081.0 ns (+7.992 %)"));
    EXPECT_THAT(text, HasSubstr("old 1000.0 ns, new 1100.0 ns; 80.0 % of that difference"));
    EXPECT_THAT(text, HasSubstr("unknown: it does not build"));
}

TEST(BisectReport, ARangeNamesEveryPatchOfIt) {
    const std::string text = bisect_text(report_of(BisectOutcome::range, 2, 4));
    EXPECT_THAT(text, HasSubstr("3  \"erofs: three\" (three.patch)"));
    EXPECT_THAT(text, HasSubstr("4  \"erofs: four\" (commit " + std::string(40, 'f') + ")"));
    EXPECT_THAT(text, testing::Not(HasSubstr("erofs: two")));
}

TEST(BisectReport, TheJsonHasTheAnswer) {
    const auto json = bisect_json(report_of(BisectOutcome::found, 2, 3));
    EXPECT_EQ(json.at("schema_version"), 1);
    EXPECT_EQ(json.at("outcome"), "found");
    EXPECT_EQ(json.at("found").at("number"), 3);
    EXPECT_EQ(json.at("found").at("subject"), "erofs: three");
    EXPECT_EQ(json.at("found").at("file"), "/new/three.patch");
    EXPECT_TRUE(json.at("found").at("commit").is_null());
    EXPECT_EQ(json.at("found").at("before"), 1001.0);
    EXPECT_EQ(json.at("found").at("after"), 1081.0);
    EXPECT_TRUE(json.at("range").is_null());
    ASSERT_EQ(json.at("steps").size(), 5u);
    EXPECT_EQ(json.at("steps")[1].at("end"), true);
    EXPECT_EQ(json.at("steps")[2].at("end"), false);
    EXPECT_TRUE(json.at("steps")[4].at("value").is_null());  // missing is not 0
    EXPECT_EQ(json.at("steps")[4].at("reason"), "it does not build");
    EXPECT_EQ(json.at("patches").size(), 4u);
}

TEST(BisectReport, TheJsonOfARangeNamesItsPatches) {
    const auto json = bisect_json(report_of(BisectOutcome::range, 2, 4));
    EXPECT_TRUE(json.at("found").is_null());
    ASSERT_EQ(json.at("range").size(), 2u);
    EXPECT_EQ(json.at("range")[0].at("number"), 3);
    EXPECT_EQ(json.at("range")[1].at("commit"), std::string(40, 'f'));
}

TEST(BisectReport, NothingFollowedIsNull) {
    BisectReport report = report_of(BisectOutcome::nothing_to_find, 0, 0);
    report.followed.reset();
    report.steps.clear();
    report.gate_verdict = Verdict::pass;
    const auto json = bisect_json(report);
    EXPECT_TRUE(json.at("followed").is_null());
    EXPECT_EQ(json.at("gate"), "pass");
    EXPECT_THAT(bisect_text(report), HasSubstr("NOTHING-TO-FIND"));
}

TEST(DecidingRegression, IsTheLargestOfAMetric) {
    GateReport gate;
    auto add = [&](const std::string& name, Verdict verdict, double relative) {
        MetricReport metric;
        metric.metric = find_metric("latency_ns.mean");
        metric.verdict = verdict;
        metric.paired.relative = relative;
        metric.tolerance = {relative / 10, 0};
        CellReport cell;
        cell.cell = name;
        cell.verdict = verdict;
        cell.metrics = {metric};
        gate.cells.push_back(cell);
    };
    add("a/pass", Verdict::pass, 0);
    add("a/small", Verdict::regression, 0.02);
    add("a/large", Verdict::regression, 0.05);
    add("a/undecided", Verdict::inconclusive, 0.5);
    auto followed = deciding_regression(gate);
    ASSERT_TRUE(followed);
    EXPECT_EQ(followed->watched.cell, "a/large");
    EXPECT_DOUBLE_EQ(followed->tolerance.floor, 0.005);
    EXPECT_EQ(followed->wanted, Followed::Wanted::worse);
}

TEST(DecidingRegression, ACellAsAWholeIfThereIsNoMetric) {
    GateReport gate;
    EXPECT_FALSE(deciding_regression(gate));
    CellReport cell;
    cell.cell = "a/refused";
    cell.verdict = Verdict::regression;
    cell.reason = "the candidate no longer supports this";
    gate.cells = {cell};
    auto followed = deciding_regression(gate);
    ASSERT_TRUE(followed);
    EXPECT_EQ(followed->watched.cell, "a/refused");
    EXPECT_EQ(followed->watched.metric, nullptr);
}

TEST(RunBisect, RefusesOptionsThatContradict) {
    auto message = [](auto change) {
        BisectOptions options;
        options.baseline = "a";
        options.candidate = "b";
        change(options);
        auto report = run_bisect(options);
        return report ? std::string("accepted") : report.error().message();
    };
    EXPECT_THAT(message([](BisectOptions& o) { o.candidate.clear(); }), HasSubstr("--candidate: it is missing"));
    EXPECT_THAT(message([](BisectOptions& o) { o.baseline.clear(); }), HasSubstr("--baseline: it is missing"));
    EXPECT_THAT(message([](BisectOptions& o) { o.revision = "v1..v2"; }), HasSubstr("needs --tree"));
    EXPECT_THAT(message([](BisectOptions& o) { o.tree = "/proc", o.revision = "v1..v2"; }), HasSubstr("leave it out"));
    EXPECT_THAT(message([](BisectOptions& o) { o.cell = "x"; }), HasSubstr("belong together"));
    EXPECT_THAT(message([](BisectOptions& o) { o.metric = "x"; }), HasSubstr("belong together"));
    EXPECT_THAT(message([](BisectOptions& o) { o.cell = o.metric = "x", o.filter.where = "io=direct"; }), HasSubstr("only cell"));
}
