// SPDX-License-Identifier: GPL-2.0-only
// What a gate of a whole suite answers, and what next_step() and read_gate() make of it.
#include "bench/host/machine/qemu.h"
#include "bench/verdict/judge/gate_answer.h"

#include <algorithm>
#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/host/machine/qemu.h"
#include "bench/verdict/judge/deciding_lines.h"
#include "bench/verdict/judge/effect.h"
#include "bench/verdict/judge/gate_ci.h"
#include "bench/verdict/judge/gate_json.h"
#include "bench/verdict/judge/gate_text.h"
#include "bench/verdict/judge/judge_pairs.h"
#include "bench/verdict/judge/next_step.h"
#include "bench/verdict/judge/read_gate.h"

namespace diobench {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double kMean = 2000;

MetricReport metric_with(const char* name, double more, Verdict verdict = Verdict::pass) {
    MetricReport out;
    out.metric = find_metric(name);
    out.verdict = verdict;
    out.paired.baseline = kMean;
    out.paired.candidate = kMean + more;
    out.paired.differences = {more, more};
    out.paired.median_difference = more;
    out.paired.relative = more / kMean;
    out.paired.beyond = verdict == Verdict::pass ? 0 : 2;
    out.paired.better = verdict == Verdict::pass && more < 0;
    if (verdict != Verdict::pass) out.reason = "2 of 2 seeds say so";
    return out;
}

/// 2 cache states, 2 ways of I/O and 2 sizes, on 2 devices: 16 tests.
GateReport small_suite() {
    GateReport out;
    out.baseline = "dio";
    out.candidate = "my-series";
    out.machine = "exact";
    out.suite = "quick";
    out.policy_file = (project_root() / "gate.toml").string();
    out.seeds = {1, 2};
    out.runs = {"run-1", "run-2"};
    out.self_tests = {{"the same kernel twice", SelfTest::Outcome::passed, "byte-identical"}};
    out.started_at = "2026-11-23T05:39:44Z";
    for (const char* device : {"ram", "nvme-80us"})
        for (const char* state : {"remote", "local"})
            for (const char* io : {"buffered", "direct"})
                for (const char* size : {"4k", "128k"}) {
                    CellReport cell;
                    cell.cell = std::string("rand-read/fscache/flat/") + device + "/" + state + "/" + io + "/random/" + size + "/pread/qd1";
                    cell.metrics = {metric_with("latency_ns.mean", 0), metric_with("bios_per_op", 0)};
                    out.cells.push_back(cell);
                }
    return out;
}

/// The tests whose id has that part get slower, the first by `more` ns and each further one by as much again.
GateReport worse_where(const std::string& part, double more) {
    GateReport out = small_suite();
    double each = 0;
    for (auto& cell : out.cells) {
        if (cell.cell.find("/" + part + "/") == std::string::npos) continue;
        cell.metrics = {metric_with("latency_ns.mean", each += more, Verdict::regression), metric_with("bios_per_op", 1, Verdict::regression)};
        cell.verdict = Verdict::regression;
        out.attribution[cell.cell] = {{"copy_page", 0, 80, 0.8, false}, {"erofs_put", 10, 30, 0.2, true}};
    }
    conclude(out);
    return out;
}

TEST(Effect, WhatMovedWithSomeSeedsOnlySaysHowFar) {
    CellReport cell;
    cell.metrics = {metric_with("page_cache_bytes.blob_metadata.after", 0, Verdict::regression)};
    cell.metrics.front().paired.differences = {0, 8192, 0};
    const std::array cells = {static_cast<const CellReport*>(&cell)};
    EXPECT_EQ(effect_of(cells, Verdict::regression).text, "page_cache_bytes.blob_metadata.after up to +8 KiB with some seeds");
    cell.metrics.push_back(metric_with("latency_ns.mean", 20, Verdict::regression));
    EXPECT_THAT(effect_of(cells, Verdict::regression).text, testing::EndsWith("; up to +8 KiB page_cache_bytes.blob_metadata.after"));
}

TEST(GateAnswer, AClassOfReadsIsNamed) {
    EXPECT_EQ(gate_headline(worse_where("remote", 10)), "REGRESSION: my-series is worse than dio in every remote read: 8 of 8; nothing else: 0 of 8");
    GateReport passed = worse_where("nothing", 10);
    passed.selection = "--where io=direct";
    EXPECT_EQ(gate_headline(passed), "PASS: my-series is not worse than dio where it was judged (--where io=direct): 0 of 16 tests");
    EXPECT_EQ(gate_headline(worse_where("buffered", 10)), "REGRESSION: my-series is worse than dio in every buffered read: 8 of 8; nothing else: 0 of 8");
}

TEST(GateAnswer, TheTextIsShortAndSaysItAll) {
    GateReport report = worse_where("remote", 10);
    report.notes = {"not checked: bytes elsewhere", "a note for the table"};
    report.next = "diobench bisect";
    report.directory = "out/gate";
    const std::string text = gate_text(report, GateInk::plain);
    EXPECT_THAT(text, HasSubstr("  worse:       mean latency +45 ns (+2.25 %) in the median, +80 ns (+4.00 %) at most; +1 bios_per_op\n"));
    EXPECT_THAT(text, HasSubstr("  where:       copy_page +80 (80 %), erofs_put (patched) +20 (20 %) instructions a read, median of 8 tests\n"));
    EXPECT_THAT(text, HasSubstr("  not checked: bytes elsewhere\n"));
    EXPECT_THAT(text, HasSubstr("  next:        diobench bisect\n"));
    EXPECT_THAT(text, HasSubstr("  files:       out/gate\n"));
    EXPECT_THAT(text, Not(HasSubstr("a note for the table")));
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 12);
    const std::string table = gate_table(report, GateInk::plain);
    EXPECT_THAT(table, HasSubstr("a note for the table"));
    for (const auto& cell : report.cells) EXPECT_EQ(table.find(cell.cell) != std::string::npos, cell.verdict != Verdict::pass) << cell.cell;
}

TEST(GateAnswer, EveryKindOfReadHasItsOwnFunctionsIfTheyDiffer) {
    GateReport report = worse_where("remote", 10);
    for (auto& cell : report.cells) {
        if (cell.verdict == Verdict::pass || cell.cell.find("/direct/") == std::string::npos) continue;
        cell.verdict = cell.metrics[0].verdict = cell.metrics[1].verdict = Verdict::pass;
        report.attribution.erase(cell.cell);
    }
    for (auto& cell : report.cells) {
        if (cell.cell.find("/local/direct/") == std::string::npos) continue;
        cell.metrics[0] = metric_with("latency_ns.mean", 500, cell.verdict = Verdict::regression);
        report.attribution[cell.cell] = {{"memcpy", 0, 500, 1, false}};
    }
    const GateAnswer answer = gate_answer(report);
    ASSERT_EQ(answer.causes.size(), 2u);
    EXPECT_EQ(answer.causes[0].what, "every cold direct read: 4 of 4") << "the larger in time first";
    EXPECT_EQ(answer.where.size(), 2u);
    const std::string text = gate_text(report, GateInk::plain);
    EXPECT_THAT(text, HasSubstr("  worse:       every cold direct read: 4 of 4, mean latency +500 ns (+25.0 %) in each\n    where:     memcpy +500 (100 %) instructions a read"));
    EXPECT_THAT(text, HasSubstr("  worse:       every remote buffered read: 4 of 4, mean latency"));
}

TEST(GateAnswer, ListsAreInTheOrderOfTime) {
    GateReport report = small_suite();
    report.cells[0].metrics = {metric_with("latency_ns.p99", 10'000, Verdict::regression), metric_with("bios_per_op", 4000, Verdict::regression)};
    report.cells[1].metrics = {metric_with("latency_ns.mean", 300, Verdict::regression)};
    for (size_t i : {0, 1}) report.cells[i].verdict = Verdict::regression;
    conclude(report);
    const auto lines = deciding_lines(report);
    EXPECT_EQ(lines.at(0).metric->metric->name, "latency_ns.mean");
    EXPECT_EQ(lines.at(1).metric->metric->name, "latency_ns.p99") << "one read of a hundred: 100 ns a read";
    EXPECT_EQ(lines.at(2).metric->metric->name, "bios_per_op") << "from however little: no time";
}

TEST(GateAnswer, WhatIsBetterOrUndecidedBesidesIsALine) {
    GateReport report = worse_where("remote", 10);
    for (auto& cell : report.cells)
        if (cell.verdict == Verdict::pass && cell.cell.find("/direct/") != std::string::npos) cell.metrics[0] = metric_with("latency_ns.mean", -100);
    report.cells.back().metrics[0] = metric_with("latency_ns.mean", 50, report.cells.back().verdict = Verdict::inconclusive);
    const GateAnswer answer = gate_answer(report);
    EXPECT_THAT(answer.better, HasSubstr("mean latency -100 ns (-5.00 %)"));
    ASSERT_EQ(answer.undecided.size(), 1u);
    EXPECT_THAT(answer.undecided.front(), testing::StartsWith("inconclusive: " + report.cells.back().cell));
}

TEST(GateAnswer, CellsWithoutNumbersAreACauseOfTheirOwn) {
    GateReport report = small_suite();
    for (auto& cell : report.cells) {
        if (cell.cell.find("/direct/") == std::string::npos) continue;
        cell.metrics.clear();
        cell.reason = "the candidate no longer supports this: EINVAL";
        cell.verdict = Verdict::regression;
    }
    conclude(report);
    const GateAnswer answer = gate_answer(report);
    ASSERT_EQ(answer.causes.size(), 1u);
    EXPECT_EQ(answer.causes[0].what, "every direct read: 8 of 8");
    EXPECT_EQ(answer.causes[0].effect, "the candidate no longer supports this: EINVAL");
    EXPECT_TRUE(answer.where.empty());
}

TEST(GateAnswer, OneCauseIsOneRowEverywhere) {
    const GateReport report = worse_where("remote", 10);
    const std::string junit = gate_junit(report);
    EXPECT_THAT(junit, HasSubstr("tests=\"10\"")) << "a self-test, a cause, and eight tests that pass";
    EXPECT_THAT(junit, HasSubstr("failures=\"1\""));
    EXPECT_THAT(junit, HasSubstr("name=\"every remote read\""));
    EXPECT_THAT(junit, HasSubstr("at most; +1 bios_per_op, most of it in copy_page()\">where: copy_page +80")) << "a message of one line";
    EXPECT_THAT(junit, HasSubstr("rand-read/fscache/flat/ram/remote/direct/random/4k/pread/qd1")) << "its tests are named";
    const auto quality = gitlab_code_quality(report);
    ASSERT_EQ(quality.size(), 1u);
    EXPECT_EQ(quality[0]["location"]["path"], "gate.toml") << "as the repository has it";
    EXPECT_EQ(quality[0]["fingerprint"], gitlab_code_quality(worse_where("remote", 99))[0]["fingerprint"]) << "by how much is no matter";
    EXPECT_NE(quality[0]["fingerprint"], gitlab_code_quality(worse_where("buffered", 10))[0]["fingerprint"]);
    const std::string github = github_annotations(report);
    EXPECT_EQ(std::count(github.begin(), github.end(), '\n'), 2) << "the verdict and the cause";
}

TEST(GateAnswer, TheLineOfAMailNamesTheFunctionFromHalfOn) {
    GateReport report = worse_where("remote", 10);
    const std::string line = cause_line(report, deciding_causes(report).front());
    EXPECT_THAT(line, testing::StartsWith("every remote read: 8 of 8, mean latency +45 ns"));
    EXPECT_THAT(line, testing::EndsWith(", most of it in copy_page()"));
    for (auto& [cell, functions] : report.attribution) functions = {{"a", 0, 40, 0.4, false}, {"b", 0, 30, 0.3, false}, {"c", 0, 30, 0.3, false}};
    EXPECT_THAT(cause_line(report, deciding_causes(report).front()), Not(HasSubstr("most of it")));
}

TEST(NextStep, IsACommandForEachEnd) {
    const AskedGate one{"dio", "my series", " --suite nightly", {}, 1};
    AskedGate many = one;
    many.patches = 3;
    const GateReport worse = worse_where("remote", 10);
    EXPECT_EQ(next_step(worse, many), "diobench bisect --baseline dio --candidate 'my series' --suite nightly --filter '*/remote/*'");
    EXPECT_EQ(next_step(worse, one), "diobench gate --baseline dio --candidate 'my series' --suite nightly --filter '*/remote/*'   # once it is mended");
    many.filter.glob = "*/flat/*";
    EXPECT_EQ(next_step(worse, many), "diobench bisect --baseline dio --candidate 'my series' --suite nightly --filter '*/flat/*'") << "what was asked for";
    GateReport other = small_suite();
    for (auto& cell : other.cells) cell.metrics[0].verdict = cell.verdict = Verdict::regression;
    conclude(other);
    EXPECT_THAT(next_step(other, one), Not(HasSubstr("--filter"))) << "every test";
    other = small_suite();
    conclude(other);
    EXPECT_EQ(next_step(other, one), "diobench verify 'my series'");
    many.verified = true;
    EXPECT_EQ(next_step(other, many), "diobench run --kernel dio --kernel 'my series'");
    other.cells[3].metrics[0].verdict = Verdict::inconclusive;
    conclude(other);
    EXPECT_EQ(next_step(other, {"dio", "c"}), "diobench gate --baseline dio --candidate c --filter " + other.cells[3].cell + " --seeds 4");
    other.cells[3].reason = kNoResult;
    other.cells[3].verdict = Verdict::invalid;
    conclude(other);
    EXPECT_EQ(next_step(other, {"dio", "c"}), "diobench gate --baseline dio --candidate c");
    other.problems = {"baseline dio: invalid: wrong bytes"};
    EXPECT_EQ(next_step(other, {"dio", "c"}), "diobench verify dio");
    other.problems = {"candidate c: invalid: wrong bytes"};
    conclude(other);
    EXPECT_EQ(next_step(other, {"dio", "c"}), "diobench verify c");
    other.exit_code = ExitCode::usage;
    EXPECT_EQ(next_step(other, {"dio", "c"}), "diobench kernel build c");
    other.exit_code = ExitCode::invalid;
    other.self_tests[0].outcome = SelfTest::Outcome::failed;
    EXPECT_EQ(next_step(other, {"dio", "c"}), "diobench doctor");
    EXPECT_EQ(shell_text({"it's"}), "'it'\\''s'");
}

TEST(ReadGate, SaysWhatWasSaid) {
    GateReport report = worse_where("remote", 10);
    report.next = "diobench bisect --baseline dio --candidate my-series";
    report.notes = {"not checked: this", "that"};
    report.cells[0].metrics[0].paired.baseline = 0;
    report.cells[0].metrics[0].paired.relative = std::numeric_limits<double>::infinity();
    report.cells[1].metrics[0].floor_of = find_metric("cpu_ns_per_op.total");
    report.cells[2].accepted = "waived by me";
    const auto json = gate_json(report);
    const auto read = gate_of_json(json);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(gate_json(*read), json);
    EXPECT_EQ(gate_text(*read, GateInk::plain), gate_text(report, GateInk::plain));
    EXPECT_EQ(gate_table(*read, GateInk::plain), gate_table(report, GateInk::plain));
}

TEST(ReadGate, OfAnOlderFileTheNextCommandIsByNames) {
    auto json = gate_json(worse_where("remote", 10));
    json.erase("answer");
    const auto read = gate_of_json(json);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_THAT(read->next, testing::StartsWith("diobench gate --baseline dio --candidate my-series"));
}

TEST(ReadGate, WhatIsNoGateIsRefused) {
    auto json = gate_json(worse_where("remote", 10));
    auto other = json;
    other["schema_version"] = 2;
    EXPECT_THAT(gate_of_json(other).error().message(), HasSubstr("schema_version"));
    other = json;
    other["cells"][0]["metrics"][0]["metric"] = "no.such";
    EXPECT_THAT(gate_of_json(other).error().message(), HasSubstr("there is no metric no.such"));
    other = json;
    other.erase("seeds");
    EXPECT_THAT(gate_of_json(other).error().message(), HasSubstr("seeds"));
}

}  // namespace
}  // namespace diobench
