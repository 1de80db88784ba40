// SPDX-License-Identifier: GPL-2.0-only
// The project's own policy on what kernels do with each read, from made-up profiles.
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/paths.h"
#include "bench/host/profile/function_rules.h"
#include "bench/verdict/judge/gate_text.h"
#include "bench/verdict/judge/judge_pairs.h"
#include "bench/verdict/judge/policy.h"
#include "tests/host/profile/counted_read.h"
#include "tests/verdict/pairs/sample_runs.h"

namespace diobench {
namespace {

using Mutation = std::function<void(CellProfile&)>;

/// A run whose only numbers are those that follow from counts, and the one that a floor is a share of.
ArmOfRun counted_arm(const std::string& kernel, int64_t seed, const CellProfile& profile, const std::set<std::string>& functions) {
    CellResult cell = sample_cell(kernel, profile.cell, 1000);
    cell.metrics = KernelRules(functions).metrics_of(profile);
    cell.metrics->emplace("cpu_ns_per_op.total", 4000.0);
    return sample_arm(kernel, seed, {std::move(cell)});
}

GateReport gate_of(const Mutation& mutate, const std::string& lacking = "") {
    const CellProfile before = counted_read();
    CellProfile after = before;
    mutate(after);
    auto functions = kernel_functions();
    functions.erase(lacking);
    std::vector<RunPair> pairs;
    for (int64_t seed = 1; seed <= 3; ++seed) pairs.push_back({seed, counted_arm("old", seed, before, functions), counted_arm("new", seed, after, functions)});
    auto policy = read_policy(project_root() / kPolicyFileName);
    EXPECT_TRUE(policy) << policy.error().message();
    GateInput input;
    input.pairs = pairs;
    input.cells = {before.cell};
    input.machine = "exact";
    input.suite = "quick";
    input.scope = GateInput::Scope::filtered;
    GateReport report = judge_pairs(input, *policy);
    conclude(report);
    return report;
}

/// Names of the metrics that are worse.
std::vector<std::string> worse_with(const Mutation& mutate) {
    std::vector<std::string> out;
    for (const auto& cell : gate_of(mutate).cells)
        for (const auto& metric : cell.metrics)
            if (metric.verdict == Verdict::regression) out.emplace_back(metric.metric->name);
    return out;
}

Mutation more_calls(const char* function) {
    return [function](CellProfile& profile) { profile.functions[function].entries += profile.ops; };
}

TEST(CountedGate, AKernelThatDoesTheSamePasses) { EXPECT_EQ(gate_of([](CellProfile&) {}).verdict, Verdict::pass); }

TEST(CountedGate, WhatEachReadDoesOnceMoreIsARegressionOfItsMetric) {
    using testing::ElementsAre;
    EXPECT_THAT(worse_with([](CellProfile& p) { p.copied.kernel += p.bytes; }), ElementsAre("copied_bytes_per_byte.kernel"));
    EXPECT_THAT(worse_with([](CellProfile& p) { p.copied.user += p.bytes; }), ElementsAre("copied_bytes_per_byte.user"));
    EXPECT_THAT(worse_with(more_calls("__filemap_add_folio")), ElementsAre("page_cache_insertions_per_op"));
    EXPECT_THAT(worse_with(more_calls("kmem_cache_alloc_noprof")), ElementsAre("slab_allocations_per_op"));
    EXPECT_THAT(worse_with(more_calls("kfree")), ElementsAre("slab_frees_per_op"));
    EXPECT_THAT(worse_with(more_calls("__alloc_pages_noprof")), ElementsAre("page_allocations_per_op"));
    EXPECT_THAT(worse_with(more_calls("free_unref_page_commit")), ElementsAre("page_frees_per_op"));
    EXPECT_THAT(worse_with(more_calls("submit_bio_noacct_nocheck")), ElementsAre("bios_per_op")) << "each bio is split";
    EXPECT_THAT(worse_with(more_calls("blk_mq_start_request")), ElementsAre("requests_per_op"));
    EXPECT_THAT(worse_with(more_calls("__switch_to")), ElementsAre("context_switches_per_op"));
    EXPECT_THAT(worse_with(more_calls("common_interrupt")), ElementsAre("interrupts_per_op"));
    EXPECT_THAT(worse_with(more_calls("cachefiles_ondemand_read")), ElementsAre("daemon_wakeups_per_op"));
}

TEST(CountedGate, TheTextNamesTheMetric) {
    EXPECT_THAT(gate_table(gate_of(more_calls("__kmalloc_cache_noprof")), GateInk::plain), testing::ContainsRegex("slab_allocations_per_op +3.000 a read -> +4.000 a read +\\+33.3 %  3 of 3 seeds"));
}

TEST(CountedGate, TheSimulatedDevicesOwnPartDoesNotGate) {
    EXPECT_EQ(gate_of([](CellProfile& p) { p.functions["dmadisk_model_complete"].instructions *= 2; }).verdict, Verdict::pass);
}

TEST(CountedGate, WhatNeitherKernelsFunctionsGiveIsSaid) {
    const GateReport report = gate_of([](CellProfile&) {}, "blk_mq_start_request");
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_THAT(report.notes, testing::Contains(testing::HasSubstr("not checked: requests_per_op, of which neither kernel has a number in 1 test: ")));
}

}  // namespace
}  // namespace diobench
