// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/judge_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "bench/verdict/judge/deciding_lines.h"
#include "bench/verdict/judge/gate_ci.h"
#include "bench/verdict/judge/gate_json.h"
#include "bench/verdict/judge/gate_text.h"
#include "bench/verdict/judge/where_it_went.h"
#include "tests/verdict/pairs/sample_runs.h"

namespace diobench {
namespace {

constexpr const char* kPolicy = R"([[gate]]
name = "time"
cells = ["*"]
metrics = ["latency_ns.mean"]
floor_percent = 0.1
[[gate]]
name = "page cache"
cells = ["*"]
metrics = ["page_cache_bytes.erofs_file.after"]
)";

Policy policy(const std::string& more = "") {
    auto parsed = parse_policy(kPolicy + more, "gate.toml");
    EXPECT_TRUE(parsed) << parsed.error().message();
    return *parsed;
}

GateReport judged(const std::vector<RunPair>& pairs, const Policy& rules, std::vector<std::string> cells = {"a/x"}, const std::string& machine = "exact",
                  const std::vector<RunPair>& confirm = {}) {
    GateInput input;
    input.pairs = pairs;
    input.confirm = confirm;
    input.cells = std::move(cells);
    input.machine = machine;
    input.suite = "quick";
    GateReport report = judge_pairs(input, rules);
    report.baseline = "old";
    report.candidate = "new";
    conclude(report);
    return report;
}

double same(int64_t) { return 1000; }
double slower(int64_t) { return 1010; }

TEST(Gate, EqualRunsPass) {
    auto report = judged(sample_pairs(3, same), policy());
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_EQ(report.exit_code, ExitCode::ok);
    EXPECT_EQ(report.cells.at(0).metrics.size(), 2u);
    EXPECT_TRUE(deciding_lines(report).empty());
    EXPECT_THAT(gate_text(report, GateInk::plain), testing::StartsWith("PASS: new is not worse than old: 0 of 1 test\n"));
}

TEST(Gate, ASlowerCellIsARegressionThatSaysByHowMuch) {
    auto report = judged(sample_pairs(3, slower), policy());
    EXPECT_EQ(report.verdict, Verdict::regression);
    EXPECT_EQ(report.exit_code, ExitCode::failed_check);
    ASSERT_EQ(deciding_lines(report).size(), 1u);
    const std::string text = gate_text(report, GateInk::plain);
    EXPECT_THAT(text, testing::StartsWith("REGRESSION: new is worse than old in a/x: 1 of 1\n"));
    EXPECT_THAT(text, testing::HasSubstr("mean latency +10 ns (+1.00 %)"));
    EXPECT_THAT(gate_table(report, GateInk::plain), testing::HasSubstr("3 of 3 seeds say so, all alike"));
}

TEST(Gate, AMissingCellIsInvalid) {
    EXPECT_EQ(judged(sample_pairs(3, same), policy(), {"a/x", "a/y"}).exit_code, ExitCode::invalid);
    auto pairs = sample_pairs(3, same);
    pairs[1].candidate.results.cells.clear();
    auto report = judged(pairs, policy());
    EXPECT_EQ(report.verdict, Verdict::invalid);
    EXPECT_EQ(report.cells.at(0).reason, "the candidate's run has no such cell (seed 2)");
}

TEST(Gate, AMissingMetricIsInvalid) {
    auto pairs = sample_pairs(3, same);
    pairs[2].candidate.results.cells[0].metrics->erase("latency_ns.mean");
    EXPECT_EQ(judged(pairs, policy()).verdict, Verdict::invalid);
    for (auto& pair : pairs)
        for (auto* arm : {&pair.baseline, &pair.candidate}) arm->results.cells[0].metrics->erase("latency_ns.mean");
    auto report = judged(pairs, policy());
    EXPECT_EQ(report.verdict, Verdict::invalid);
    EXPECT_THAT(report.problems, testing::ElementsAre("gate.toml:1: metric latency_ns.mean has no number in any of the cells this table gates"));
}

TEST(Gate, FasterButWrongIsInvalid) {
    auto pairs = sample_pairs(3, [](int64_t) { return 500.0; });
    for (auto& pair : pairs) {
        auto& kernel = pair.candidate.results.kernels[0];
        kernel.status = KernelStatus::invalid;
        kernel.reason = "verification failed: wrong byte at 4096";
        auto& cell = pair.candidate.results.cells[0];
        cell.status = CellStatus::invalid;
        cell.reason = "no number for this arm";
        cell.metrics.reset();
    }
    auto report = judged(pairs, policy());
    EXPECT_EQ(report.exit_code, ExitCode::invalid);
    EXPECT_THAT(report.problems.at(0), testing::HasSubstr("wrong byte at 4096"));
}

TEST(Gate, AKernelThatDoesNotBuildIsAUsageError) {
    auto pairs = sample_pairs(1, same);
    pairs[0].candidate.results.kernels[0].status = KernelStatus::build_failed;
    pairs[0].candidate.results.cells[0].status = CellStatus::failed;
    pairs[0].candidate.results.cells[0].metrics.reset();
    auto report = judged(pairs, policy());
    EXPECT_EQ(report.verdict, Verdict::invalid);
    EXPECT_EQ(report.exit_code, ExitCode::usage);
}

TEST(Gate, InvalidOutweighsRegressionOutweighsInconclusive) {
    EXPECT_EQ(worse_of(Verdict::regression, Verdict::invalid), Verdict::invalid);
    EXPECT_EQ(worse_of(Verdict::regression, Verdict::inconclusive), Verdict::regression);
    EXPECT_EQ(worse_of(Verdict::pass, Verdict::inconclusive), Verdict::inconclusive);
    EXPECT_EQ(exit_code_of(Verdict::inconclusive), ExitCode::inconclusive);
}

void make_unsupported(ArmOfRun& arm) {
    arm.results.cells[0].status = CellStatus::unsupported;
    arm.results.cells[0].reason = "EINVAL";
    arm.results.cells[0].metrics.reset();
}

TEST(Gate, SupportThatIsLostIsARegressionAndSupportThatIsNewIsNot) {
    auto lost = sample_pairs(2, same);
    for (auto& pair : lost) make_unsupported(pair.candidate);
    EXPECT_EQ(judged(lost, policy()).verdict, Verdict::regression);
    auto gained = sample_pairs(2, same);
    for (auto& pair : gained) {
        pair.baseline.results.cells.push_back(sample_cell("old", "a/y", 10));
        pair.candidate.results.cells.push_back(sample_cell("new", "a/y", 10));
        make_unsupported(pair.baseline);
    }
    auto report = judged(gained, policy(), {"a/x", "a/y"});
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_EQ(report.cells.at(0).note, "new: the baseline does not support this");
}

TEST(Gate, NothingJudgedIsNoPass) {
    auto neither = sample_pairs(2, same);
    for (auto& pair : neither) {
        make_unsupported(pair.baseline);
        make_unsupported(pair.candidate);
    }
    EXPECT_EQ(judged(neither, policy()).verdict, Verdict::invalid);
}

TEST(Gate, DirectReadsThatBecameBufferedAreARegression) {
    auto pairs = sample_pairs(3, same);
    for (auto& pair : pairs) pair.candidate.results.cells[0].observed_io = ObservedIo::buffered;
    EXPECT_EQ(judged(pairs, policy()).verdict, Verdict::regression);
}

TEST(Gate, DirectReadsThatLeavePagesBehindAreARegression) {
    auto pairs = sample_pairs(3, same);
    CellResult& cell = pairs[1].candidate.results.cells[0];
    cell.status = CellStatus::invalid;
    cell.reason = "mode not proved: the file's page cache went from 0 to 4096 bytes";
    cell.observed_io = ObservedIo::mixed;
    cell.metrics.reset();
    pairs[1].baseline.results.cells[0].observed_io = ObservedIo::direct;
    auto report = judged(pairs, policy());
    EXPECT_EQ(report.verdict, Verdict::regression);
    EXPECT_THAT(report.cells.at(0).reason, testing::HasSubstr("leave pages in the page cache now: mode not proved"));
    // Of a baseline that proves nothing either, nothing is known.
    pairs[1].baseline.results.cells[0] = cell;
    EXPECT_EQ(judged(pairs, policy()).verdict, Verdict::invalid);
}

TEST(Gate, AFailedSelfTestIsInvalid) {
    GateReport report = judged(sample_pairs(3, same), policy());
    report.self_tests.push_back({"twice", SelfTest::Outcome::failed, "cell a/x differs"});
    conclude(report);
    EXPECT_EQ(report.verdict, Verdict::invalid);
    EXPECT_THAT(gate_text(report, GateInk::plain), testing::HasSubstr("self-test failed: twice: cell a/x differs"));
}

TEST(Gate, ATradeOffAcceptsWhatItSaysAndNoMore) {
    const std::string trade_off = R"([[trade_off]]
cells = ["a/*"]
metric = "latency_ns.mean"
worse_by_at_most_percent = 2
if_metric = "page_cache_bytes.erofs_file.after"
at_most = 0
reason = "no readahead"
)";
    auto traded = [](double mean_ns, int64_t old_bytes, int64_t new_bytes) {
        auto pairs = sample_pairs(3, [&](int64_t) { return mean_ns; });
        for (auto& pair : pairs) {
            (*pair.baseline.results.cells[0].metrics)["page_cache_bytes.erofs_file.after"] = old_bytes;
            (*pair.candidate.results.cells[0].metrics)["page_cache_bytes.erofs_file.after"] = new_bytes;
        }
        return pairs;
    };
    auto report = judged(traded(1010, 4096, 0), policy(trade_off));
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_THAT(gate_text(report, GateInk::plain), testing::HasSubstr("accepted:    1 x trade-off at gate.toml:10: no readahead"));
    EXPECT_EQ(judged(traded(1021, 4096, 0), policy(trade_off)).verdict, Verdict::regression) << "slower than agreed";
    EXPECT_EQ(judged(traded(1010, 8192, 4096), policy(trade_off)).verdict, Verdict::regression) << "the condition does not hold";
    EXPECT_EQ(judged(traded(1010, 0, 0), policy(trade_off)).verdict, Verdict::regression) << "nothing was gained for it";
}

TEST(Gate, ATradeOffHoldsWithEverySeed) {
    const std::string trade_off = "[[trade_off]]\ncells = [\"a/*\"]\nmetric = \"latency_ns.mean\"\nworse_by_at_most_percent = 100\n"
                                  "if_metric = \"page_cache_bytes.erofs_file.after\"\nat_most = 0\nreason = \"no readahead\"\n";
    auto pairs = sample_pairs(3, [](int64_t seed) { return seed == 3 ? 50000.0 : 1600.0; });
    for (auto& pair : pairs) (*pair.baseline.results.cells[0].metrics)["page_cache_bytes.erofs_file.after"] = int64_t{4096};
    EXPECT_EQ(judged(pairs, policy(trade_off)).verdict, Verdict::regression) << "49 times as slow with one seed";
}

TEST(Gate, ACellWithoutAnyNumberIsInvalid) {
    auto pairs = sample_pairs(2, same);
    for (auto& pair : pairs)
        for (auto* arm : {&pair.baseline, &pair.candidate}) arm->results.cells.push_back(sample_cell("", "a/y", 10));
    for (auto& pair : pairs)
        for (auto* arm : {&pair.baseline, &pair.candidate}) arm->results.cells[1].metrics = Metrics{{"ops", int64_t{256}}};
    auto report = judged(pairs, policy(), {"a/x", "a/y"});
    EXPECT_EQ(report.verdict, Verdict::invalid);
    EXPECT_THAT(report.cells.at(1).reason, testing::HasSubstr("neither has a number"));
}

TEST(Gate, AMetricThatNeitherKernelHasIsSaid) {
    auto pairs = sample_pairs(2, same);
    for (auto& pair : pairs)
        for (auto* arm : {&pair.baseline, &pair.candidate}) {
            arm->results.cells.push_back(sample_cell("", "a/y", 10));
            arm->results.cells[1].metrics->erase("page_cache_bytes.erofs_file.after");
        }
    auto report = judged(pairs, policy(), {"a/x", "a/y"});
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_THAT(report.notes, testing::Contains("not checked: page_cache_bytes.erofs_file.after, of which neither kernel has a number in 1 test"));
}

constexpr const char* kReadPathPolicy = R"([[gate]]
name = "instructions of the read path"
cells = ["*"]
machines = ["exact"]
metrics = ["instructions_per_op.read_path"]
floor_percent = 0.1
floor_of = "cpu_ns_per_op.total"
margin = 3
)";

std::vector<RunPair> counted_pairs(double candidate) {
    auto pairs = sample_pairs(3, same);
    for (auto& pair : pairs) {
        for (auto* arm : {&pair.baseline, &pair.candidate}) arm->results.cells[0].metrics->insert({{"cpu_ns_per_op.total", 10'000.0}, {"instructions_per_op.read_path", 1000.0}});
        pair.candidate.results.cells[0].metrics->at("instructions_per_op.read_path") = candidate;
    }
    return pairs;
}

TEST(Gate, AFloorMayBeAShareOfTheWholeRead) {
    EXPECT_EQ(judged(counted_pairs(1010), policy(kReadPathPolicy)).verdict, Verdict::pass) << "0.1 % of 10,000 is 10";
    auto report = judged(counted_pairs(1011), policy(kReadPathPolicy));
    EXPECT_EQ(report.verdict, Verdict::regression);
    const MetricReport& metric = *deciding_lines(report).at(0).metric;
    EXPECT_DOUBLE_EQ(metric.tolerance.margin, 10);
    EXPECT_DOUBLE_EQ(metric.part, 0.1);
    EXPECT_THAT(gate_table(report, GateInk::plain), testing::HasSubstr("1000.0 instructions -> 1011.0 instructions       +1.10 %  3 of 3 seeds say so, all alike, +0.11 % of cpu_ns_per_op.total"));
}

TEST(Gate, WhatWasNotCountedDoesNotGateAndIsSaid) {
    auto pairs = counted_pairs(2000);
    pairs[1].baseline.results.cells[0].metrics->erase("instructions_per_op.read_path");
    auto report = judged(pairs, policy(kReadPathPolicy));
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_THAT(report.notes, testing::Contains(testing::HasSubstr("not checked: metrics from counts by kernel function gate 1 test and were not counted in all of these runs")));
    EXPECT_EQ(judged(sample_pairs(3, same), policy(kReadPathPolicy)).verdict, Verdict::pass);

    pairs = counted_pairs(2000);
    pairs[2].candidate.results.run.tool["counting"] = "another rule";
    EXPECT_EQ(judged(pairs, policy(kReadPathPolicy)).verdict, Verdict::pass) << "counts of two rules are not held against each other";
}

TEST(Gate, AFloorThatIsAShareOfNothingIsInvalid) {
    auto pairs = counted_pairs(1000);
    for (auto& pair : pairs) pair.baseline.results.cells[0].metrics->erase("cpu_ns_per_op.total");
    auto report = judged(pairs, policy(kReadPathPolicy));
    EXPECT_EQ(report.verdict, Verdict::invalid);
    EXPECT_THAT(deciding_lines(report).at(0).metric->reason, testing::HasSubstr("cpu_ns_per_op.total"));
}

TEST(Gate, WhereItWentIsOfTheReadPathIfThatAloneDecides) {
    auto report = judged(counted_pairs(1100), policy(kReadPathPolicy));
    const std::vector<const CellReport*> cells = {&report.cells.at(0)};
    EXPECT_EQ(where_text(report, cells), "not counted by function");
    report.attribution["a/x"] = {{"__rmqueue_pcplist", 100, 900, 0.9, false}, {"erofs_read", 900, 0, -1, false}, {"erofs_map", 0, 600, 0.6, false}, {"cachefiles_read", 0, 400, 0.4, true}};
    EXPECT_EQ(where_it_went(report, cells, 1).front().function, "erofs_map") << "the allocator is none of the read path";
    EXPECT_EQ(where_text(report, cells), "erofs_map +600 (600 %), cachefiles_read (patched) +400 (400 %) instructions a read");
    report.cells.at(0).metrics.at(0).verdict = Verdict::regression;
    EXPECT_EQ(where_it_went(report, cells, 1).front().function, "__rmqueue_pcplist") << "of a time all of it";
}

TEST(Gate, OfMemoryAloneNoFunctionIsNamed) {
    auto report = judged(counted_pairs(1100), policy(kReadPathPolicy));
    report.attribution["a/x"] = {{"erofs_map", 0, 600, 1, false}};
    const std::vector<const CellReport*> cells = {&report.cells.at(0)};
    for (auto& metric : report.cells.at(0).metrics)
        if (metric.verdict == Verdict::regression) metric.metric = find_metric("page_cache_bytes.guest_total.after");
    EXPECT_TRUE(where_it_went(report, cells, 1).empty());
    EXPECT_EQ(where_text(report, cells), "memory only; instructions do not decide, so no function is named");
}

TEST(Gate, WhatBothSeriesAreKnownToFailIsNoNews) {
    auto pairs = sample_pairs(2, same);
    for (auto& pair : pairs)
        for (auto* arm : {&pair.baseline, &pair.candidate}) {
            arm->results.cells.push_back(sample_cell("", "a/y", 10));
            arm->results.cells[1].status = CellStatus::invalid;
            arm->results.cells[1].reason = "holes";
            arm->results.cells[1].metrics.reset();
            arm->results.cells[1].known = true;
        }
    auto report = judged(pairs, policy(), {"a/x", "a/y"});
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_THAT(report.cells.at(1).note, testing::HasSubstr("both kernels fail here"));
    for (auto& pair : pairs) pair.candidate.results.cells[1].known = false;
    EXPECT_EQ(judged(pairs, policy(), {"a/x", "a/y"}).verdict, Verdict::invalid);
}

TEST(Gate, AWaiverCoversItsMetricOnly) {
    const std::string waiver = "[[waiver]]\ncells = [\"a/*\"]\nmetrics = [\"latency_ns.mean\"]\nowner = \"me\"\nreason = \"known\"\nexpires = 2099-01-01\n";
    EXPECT_EQ(judged(sample_pairs(3, slower), policy(waiver)).verdict, Verdict::pass);
    auto cached = sample_pairs(3, same);
    for (auto& pair : cached) (*pair.candidate.results.cells[0].metrics)["page_cache_bytes.erofs_file.after"] = int64_t{4096};
    EXPECT_EQ(judged(cached, policy(waiver)).verdict, Verdict::regression);
}

TEST(Gate, WrongBytesCannotBeWaived) {
    const std::string waiver = "[[waiver]]\ncells = [\"a/*\"]\nowner = \"me\"\nreason = \"known\"\nexpires = 2099-01-01\n";
    const auto without_number = [](CellStatus status) {
        auto pairs = sample_pairs(3, same);
        for (auto& pair : pairs) {
            CellResult& cell = pair.candidate.results.cells[0];
            cell.status = status;
            cell.reason = "wrong bytes";
            cell.metrics.reset();
        }
        return pairs;
    };
    auto hangs = judged(without_number(CellStatus::failed), policy(waiver));
    EXPECT_EQ(hangs.cells.front().verdict, Verdict::pass) << "a cell as a whole may be waived";
    auto wrong = judged(without_number(CellStatus::invalid), policy(waiver));
    EXPECT_EQ(wrong.cells.front().verdict, Verdict::invalid);
    EXPECT_EQ(wrong.cells.front().accepted, "");
}

std::vector<RunPair> noisy(int64_t count, double shift, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> noise(0, 0.005);
    return sample_pairs(count, [&](int64_t) { return 1000 * std::exp(shift + noise(random)); });
}

Policy wall_policy() {
    auto parsed = parse_policy("[[gate]]\nname = \"t\"\ncells = [\"*\"]\nmetrics = [\"latency_ns.mean\"]\nfloor_percent = 2\n", "gate.toml");
    EXPECT_TRUE(parsed);
    return *parsed;
}

TEST(WallGate, EquivalentPassesAndASuspicionNeedsAnIndependentSet) {
    EXPECT_EQ(judged(noisy(10, 0, 1), wall_policy(), {"a/x"}, "uml").verdict, Verdict::pass);
    auto alone = judged(noisy(10, 0.1, 1), wall_policy(), {"a/x"}, "uml");
    EXPECT_EQ(alone.verdict, Verdict::inconclusive);
    EXPECT_EQ(judged(noisy(10, 0.1, 1), wall_policy(), {"a/x"}, "uml", noisy(8, 0.1, 2)).verdict, Verdict::regression);
    EXPECT_EQ(judged(noisy(10, 0.1, 1), wall_policy(), {"a/x"}, "uml", noisy(8, 0, 2)).verdict, Verdict::inconclusive);
    EXPECT_EQ(judged(noisy(10, 0.02, 1), wall_policy(), {"a/x"}, "uml").verdict, Verdict::inconclusive);
    EXPECT_EQ(judged(noisy(5, 0, 1), wall_policy(), {"a/x"}, "uml").verdict, Verdict::inconclusive) << "too few pairs";
}

TEST(WallGate, AKernelThatDiesInTheIndependentSetIsInvalid) {
    auto confirm = noisy(8, 0, 2);
    confirm.back().candidate.results.kernels[0].status = KernelStatus::invalid;
    confirm.back().candidate.results.kernels[0].reason = "wrong bytes";
    EXPECT_EQ(judged(noisy(10, 0, 1), wall_policy(), {"a/x"}, "uml", confirm).verdict, Verdict::invalid);
    EXPECT_EQ(judged(noisy(10, 0.1, 1), wall_policy(), {"a/x"}, "uml", confirm).verdict, Verdict::invalid);
    auto without = noisy(8, 0, 2);
    for (auto& pair : without) pair.candidate.results.cells.clear();
    EXPECT_EQ(judged(noisy(10, 0, 1), wall_policy(), {"a/x"}, "uml", without).verdict, Verdict::invalid);
}

TEST(GateCi, EveryFormatNamesTheCell) {
    auto report = judged(sample_pairs(3, slower), policy());
    const std::string junit = gate_junit(report);
    EXPECT_THAT(junit, testing::HasSubstr("failures=\"1\""));
    EXPECT_THAT(junit, testing::HasSubstr("name=\"a/x\""));
    const std::string github = github_annotations(report);
    EXPECT_THAT(github, testing::StartsWith("::error title=diobench gate%3A regression::REGRESSION: new is worse"));
    EXPECT_THAT(github, testing::HasSubstr("::error title=regression%3A a/x%3A 1 of 1::a/x: 1 of 1, mean latency +10 ns (+1.00 %25)"));
    EXPECT_THAT(github_step_summary(report), testing::HasSubstr("| regression | a/x: 1 of 1 | mean latency +10 ns (+1.00 %) | not counted by function |"));
    auto quality = gitlab_code_quality(report);
    ASSERT_EQ(quality.size(), 1u);
    EXPECT_EQ(quality[0]["location"]["lines"]["begin"], 1);
    EXPECT_EQ(quality[0]["location"]["path"], "gate.toml");
    EXPECT_EQ(quality[0]["severity"], "major");
    auto again = gitlab_code_quality(judged(sample_pairs(3, [](int64_t) { return 1020.0; }), policy()));
    EXPECT_EQ(quality[0]["fingerprint"], again[0]["fingerprint"]);
    auto json = gate_json(report);
    EXPECT_EQ(json["verdict"], "regression");
    EXPECT_EQ(json["exit_code"], 1);
    EXPECT_DOUBLE_EQ(json["cells"][0]["metrics"][0]["worse_by_ratio"].get<double>(), 0.01);
    EXPECT_THAT(github_annotations(judged(sample_pairs(3, same), policy())), testing::StartsWith("::notice "));
}

TEST(GateText, AttributionIsPrintedUnderItsCell) {
    auto report = judged(sample_pairs(3, slower), policy());
    report.attribution["a/x"] = {{"erofs_fscache_direct_read", 100, 110, 1.0}};
    EXPECT_THAT(gate_table(report, GateInk::plain), testing::ContainsRegex("erofs_fscache_direct_read +100.0 +110.0 +\\+10.0 +100.0 %"));
}

}  // namespace
}  // namespace diobench
