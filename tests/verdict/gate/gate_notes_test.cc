// SPDX-License-Identifier: GPL-2.0-only
// What a gate says beside its verdict, and which command it names next.
#include "bench/verdict/gate/gate_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/verdict/gate/gate_next.h"
#include "tests/verdict/pairs/sample_runs.h"

namespace diobench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A percentile that passes though one of three seeds is beyond.
MetricReport passed(double largest, bool too_few_slow) {
    MetricReport out;
    out.metric = find_metric("latency_ns.p99");
    out.verdict = Verdict::pass;
    out.paired.baseline = 1000;
    out.paired.differences = {0, 0, largest};
    out.paired.beyond = 1;
    out.paired.too_few_slow = too_few_slow;
    out.paired.reason = too_few_slow ? "not enough slow reads to judge (96, 289 needed)" : "1 of 3 seeds are beyond the threshold, the median is not";
    return out;
}

TEST(GateNotes, WhatFewSeedsSayIsANoteOfTheLargest) {
    GateReport report;
    report.cells = {{"a/x", Verdict::pass, "", "", "", {passed(100, false)}}, {"a/y", Verdict::pass, "", "", "", {passed(300, false)}}};
    note_minorities(report);
    EXPECT_THAT(report.notes, ElementsAre("2 metrics passed although some seeds were beyond the threshold; the largest: latency_ns.p99 of a/y by +30.00 % "
                                          "(1 of 3 seeds are beyond the threshold, the median is not)"));
}

TEST(GateNotes, TooFewSlowReadsAreNotChecked) {
    GateReport report;
    report.cells = {{"a/x", Verdict::pass, "", "", "", {passed(100, true)}}};
    note_minorities(report);
    EXPECT_THAT(report.notes, ElementsAre("not checked: latency_ns.p99 of 1 test, not enough slow reads to judge (96, 289 needed) in a/x"));
}

TEST(GateNotes, NothingIsInDoubtOfACellThatIsWorseAnyway) {
    GateReport report;
    report.cells = {{"a/x", Verdict::regression, "", "", "", {passed(100, true), passed(100, false)}}};
    note_minorities(report);
    EXPECT_TRUE(report.notes.empty());
}

TEST(GateNotes, TheSameImageTwiceShowsNothing) {
    auto pairs = sample_pairs(1, [](int64_t) { return 1000.0; });
    GateReport report;
    note_images(pairs, report);
    EXPECT_TRUE(report.notes.empty()) << "nothing is known of the images";
    for (auto* arm : {&pairs[0].baseline, &pairs[0].candidate}) arm->results.kernels[0].image_sha256 = "abc";
    note_images(pairs, report);
    EXPECT_THAT(report.notes, ElementsAre("not checked: any difference, both kernels are the same image"));
}

TEST(GateNotes, AFilterLeavesTestsOut) {
    GateReport report;
    GatePlan plan;
    plan.suite = "quick";
    plan.filter.glob = "*";
    note_filter(plan, report);
    EXPECT_TRUE(report.notes.empty());
    plan.filter.glob = "*/remote/*";
    note_filter(plan, report);
    EXPECT_THAT(report.notes, ElementsAre("not checked: tests of suite quick that --filter '*/remote/*' leaves out"));
    EXPECT_EQ(report.selection, "--filter '*/remote/*'");
}

TEST(GateNext, KnowsWhatWasAskedFor) {
    GateOptions options;
    options.baseline = "dio-sync";
    options.candidate = "dio";
    options.suite = "nightly";
    options.tree = "/home/me/a tree";
    GateReport report;
    report.verdict = Verdict::pass;
    set_next(options, Verified::no, report);
    EXPECT_EQ(report.next, "diobench verify dio");
    set_next(options, Verified::yes, report);
    EXPECT_EQ(report.next, "diobench run --kernel dio-sync --kernel dio");
    report.verdict = Verdict::regression;
    set_next(options, Verified::yes, report);
    EXPECT_THAT(report.next, HasSubstr("--baseline dio-sync --candidate dio --suite nightly --tree '/home/me/a tree'"));
    options.suite = kOwnSuite;
    options.own.fio_jobs = {"/home/me/my job.fio"};
    options.own.fio_variables = {{"SIZE", "1g"}};
    set_next(options, Verified::yes, report);
    EXPECT_THAT(report.next, HasSubstr("--baseline dio-sync --candidate dio --fio-job '/home/me/my job.fio' --set SIZE=1g --tree"));
}

TEST(GateNext, HasNoCommandForKernelsThatAreNoSeries) {
    GateReport report;
    report.baseline = "dio";
    report.candidate = "no-such-series";
    report.verdict = Verdict::regression;
    set_next({}, Verified::no, report);
    EXPECT_EQ(report.next, "");
    report.candidate = "dio";
    set_next({}, Verified::no, report);
    EXPECT_EQ(report.next, "") << "nothing lies between a kernel and itself";
}

}  // namespace
}  // namespace diobench
