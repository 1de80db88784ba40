// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/function_rules.h"

#include <fmt/format.h>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "bench/common/base/text.h"
#include "bench/common/measure/metric_table.h"
#include "bench/host/profile/read_profiles.h"
#include "bench/host/profile/regions.h"
#include "tests/host/profile/counted_read.h"

namespace diobench {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

double value(const Metrics& metrics, std::string_view name) {
    const auto found = metrics.find(name);
    return found == metrics.end() ? -1 : std::get<double>(found->second);
}

double value(const CellProfile& profile, std::string_view name) { return value(KernelRules(kernel_functions()).metrics_of(profile), name); }

/// What a mutation changes, without instructions.
std::vector<std::string> changed_by(const std::function<void(CellProfile&)>& mutate) {
    const KernelRules rules(kernel_functions());
    CellProfile mutated = counted_read();
    mutate(mutated);
    const Metrics before = rules.metrics_of(counted_read()), after = rules.metrics_of(mutated);
    std::vector<std::string> out;
    for (const auto& [name, number] : after)
        if (number != before.at(name)) out.push_back(name);
    return out;
}

TEST(FunctionRules, AndTheMetricTableHaveTheSameMetrics) {
    std::set<std::string_view> ruled = {"copied_bytes_per_byte.user", "copied_bytes_per_byte.kernel"};
    for (const auto& rule : function_rules()) {
        EXPECT_TRUE(ruled.insert(rule.metric).second) << rule.metric << " has two rules";
        EXPECT_FALSE(rule.why.empty());
        const Metric* metric = find_metric(rule.metric);
        ASSERT_NE(metric, nullptr) << rule.metric;
        EXPECT_EQ(metric->unit, rule.summed == Summed::entries ? "per_op" : "instructions");
    }
    for (const auto& metric : metric_table()) EXPECT_EQ(metric.source == MetricSource::functions, ruled.contains(metric.name)) << metric.name;
}

TEST(FunctionRules, NoListHasAFunctionTwice) {
    for (const auto& rule : function_rules())
        for (const auto& list : rule.lists) {
            std::set<std::string> seen;
            for (const auto* names : {&list.needed, &list.also})
                for (const auto& name : split(*names, ' ')) EXPECT_TRUE(name.empty() || seen.insert(name).second) << rule.metric << " " << name;
        }
}

TEST(FunctionRules, TheReadPathIsToldByTheBeginningOfNames) {
    for (const char* ours : {"erofs_fscache_direct_read", "z_erofs_read_folio", "cachefiles_read", "fscache_end_operation", "__fscache_begin_read_operation", "netfs_read_folio", "erofs_map_dev [erofs]"})
        EXPECT_TRUE(is_read_path_function(ours)) << ours;
    for (const char* other : {"__rmqueue_pcplist", "xas_find_marked", "[user]", "ext4_file_read_iter", "erofsish", "__", ""}) EXPECT_FALSE(is_read_path_function(other)) << other;
    EXPECT_EQ(function_rules().front().metric, kReadPathInstructions);
}

TEST(FunctionRules, SumPerReadAndPerByte) {
    const CellProfile read = counted_read();
    EXPECT_EQ(value(read, "instructions_per_op.read_path"), 400);
    EXPECT_EQ(value(read, "instructions_per_op.device_model"), 150) << "leading underscores of a part of it do not matter";
    EXPECT_EQ(value(read, "copied_bytes_per_byte.user"), 1);
    EXPECT_EQ(value(read, "copied_bytes_per_byte.kernel"), 1);
    EXPECT_EQ(value(read, "page_cache_insertions_per_op"), 1);
    EXPECT_EQ(value(read, "slab_allocations_per_op"), 3);
    EXPECT_EQ(value(read, "slab_frees_per_op"), 2.5);
    EXPECT_EQ(value(read, "page_allocations_per_op"), 1);
    EXPECT_EQ(value(read, "page_frees_per_op"), 0.75);
    EXPECT_EQ(value(read, "bios_per_op"), 1);
    EXPECT_EQ(value(read, "requests_per_op"), 1);
    EXPECT_EQ(value(read, "context_switches_per_op"), 2);
    EXPECT_EQ(value(read, "interrupts_per_op"), 1.25) << "what an interrupt's entry calls is not another one";
    EXPECT_EQ(value(read, "daemon_wakeups_per_op"), 0) << "it did not run";
}

TEST(FunctionRules, WithoutReadsNothingIsKnown) {
    CellProfile profile = counted_read();
    profile.ops = profile.bytes = 0;
    EXPECT_THAT(KernelRules(kernel_functions()).metrics_of(profile), IsEmpty());
}

/// A kernel that does more with each read shows it in the metric of that, and in no other.
TEST(FunctionRules, AMutatedKernelChangesTheMetricOfWhatItDoesMore) {
    EXPECT_THAT(changed_by([](CellProfile&) {}), IsEmpty());
    EXPECT_THAT(changed_by([](CellProfile& p) { p.copied.kernel += p.bytes; }), ElementsAre("copied_bytes_per_byte.kernel"));
    EXPECT_THAT(changed_by([](CellProfile& p) { p.copied.user += p.bytes; }), ElementsAre("copied_bytes_per_byte.user"));
    EXPECT_THAT(changed_by([](CellProfile& p) { p.functions["__kmalloc_cache_noprof"].entries += p.ops; }), ElementsAre("slab_allocations_per_op"));
    EXPECT_THAT(changed_by([](CellProfile& p) { p.functions["submit_bio_noacct_nocheck"].entries += p.ops; }), ElementsAre("bios_per_op"));
    EXPECT_THAT(changed_by([](CellProfile& p) { p.functions["cachefiles_ondemand_read"].entries += p.ops; }), ElementsAre("daemon_wakeups_per_op"));
}

/// 0 would say that a kernel never does it.
TEST(FunctionRules, WhatAKernelLacksTheFunctionsOfIsNotKnown) {
    for (const char* needed : {"cachefiles_ondemand_read", "free_one_page", "common_interrupt"}) {
        auto functions = kernel_functions();
        functions.erase(needed);
        const KernelRules rules(functions);
        ASSERT_EQ(rules.unknown().size(), 1u) << needed;
        EXPECT_THAT(rules.unknown()[0], HasSubstr(needed));
        const std::string metric = rules.unknown()[0].substr(0, rules.unknown()[0].find(' '));
        EXPECT_NE(find_metric(metric), nullptr) << metric;
        EXPECT_EQ(rules.metrics_of(counted_read()).count(metric), 0u);
        EXPECT_EQ(rules.metrics_of(counted_read()).size() + 1, KernelRules(kernel_functions()).metrics_of(counted_read()).size());
    }
    EXPECT_THAT(KernelRules(kernel_functions()).unknown(), IsEmpty());
    EXPECT_EQ(KernelRules(std::set<std::string>()).unknown().size(), function_rules().size());
}

TEST(FunctionRules, TheFirstListThatFitsAKernelDecides) {
    CellProfile profile = counted_read();
    profile.functions["__alloc_frozen_pages_noprof"].entries = 2 * profile.ops;  // and __alloc_pages_noprof calls it
    auto functions = kernel_functions();
    EXPECT_EQ(value(profile, "page_allocations_per_op"), 1);
    functions.insert("__alloc_frozen_pages_noprof");
    EXPECT_EQ(value(KernelRules(functions).metrics_of(profile), "page_allocations_per_op"), 2);

    // Before 6.10.
    profile.functions["kmem_cache_alloc"].entries = 5 * profile.ops;
    profile.functions["__alloc_pages"].entries = 6 * profile.ops;
    const Metrics old = KernelRules(std::set<std::string>{"kmem_cache_alloc", "__kmalloc", "__alloc_pages"}).metrics_of(profile);
    EXPECT_EQ(value(old, "slab_allocations_per_op"), 5);
    EXPECT_EQ(value(old, "page_allocations_per_op"), 6);
}

/// A run of one kernel and one boot with two cells, one of which another program read; its profile and the kernel's System.map are in a folder.
class CountedRun : public testing::Test {
protected:
    void SetUp() override {
        folder_.emplace(std::move(*TempDirectory::create(fs::temp_directory_path(), "function-rules")));
        KernelResult kernel;
        kernel.name = "dio";
        kernel.boots.emplace_back();
        kernel.boots.back().console = "logs/dio-ram.console.txt";
        results_.kernels.push_back(kernel);
        for (const char* engine : {"fio:libaio", "pread"}) {
            CellResult cell;
            cell.kernel = "dio";
            cell.cell = std::string("rand-read/") + engine;
            cell.status = CellStatus::ok;
            cell.dimensions.engine = engine;
            cell.metrics = Metrics{{"ops", int64_t{2}}, {"bytes", int64_t{8192}}, {"seconds", 0.001}};
            results_.cells.push_back(std::move(cell));
        }
        ASSERT_TRUE(make_directories(path() / "dio"));
        ASSERT_TRUE(write_file_atomic(path() / "dio" / "ram.txt", fmt::format("region {:08x}\n30 1 1 2 erofs_map_blocks\n12 0 0 1 memcpy\n4 0 0 4 bio_part\ncopied 8192 4096\nend 3 46\n", profile_tag("rand-read/pread"))));
        ASSERT_TRUE(write_file_atomic(path() / "System.map", "ffffffff81000000 T erofs_map_blocks\nffffffff81000100 T memcpy\nffffffff81000200 t submit_bio_noacct_nocheck.isra.0\nffffffff81000300 T _etext\n"));
    }
    [[nodiscard]] fs::path path() const { return folder_->path(); }
    Status add() { return add_counted_metrics(path(), {{"dio", path() / "System.map"}}, results_); }

    std::optional<TempDirectory> folder_;
    Results results_;
};

TEST_F(CountedRun, EveryCountedCellGetsTheMetrics) {
    const Status done = add();
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(results_.cells[0].metric(kReadPathInstructions), std::nullopt);
    EXPECT_EQ(results_.cells[1].metric(kReadPathInstructions), 15);
    EXPECT_EQ(results_.cells[1].metric("copied_bytes_per_byte.user"), 1);
    EXPECT_EQ(results_.cells[1].metric("copied_bytes_per_byte.kernel"), 0.5);
    EXPECT_EQ(results_.cells[1].metric("bios_per_op"), 0) << "the kernel has the function, in a form of the compiler's, and did not call it";
    EXPECT_EQ(results_.cells[1].metric("ops"), 2);
}

TEST_F(CountedRun, ARuleThatDoesNotFitTheKernelIsAFindingAndNoZero) {
    ASSERT_TRUE(add());
    EXPECT_EQ(results_.cells[1].metric("requests_per_op"), std::nullopt);
    EXPECT_THAT(results_.run.findings, Contains(HasSubstr("dio: requests_per_op is not known: the kernel lacks functions that it is counted by, blk_mq_start_request")));
    EXPECT_THAT(results_.run.findings, testing::Not(Contains(HasSubstr("bios_per_op"))));
}

TEST_F(CountedRun, WhatShouldHaveBeenCountedAndIsNotThereIsAnError) {
    EXPECT_FALSE(add_counted_metrics(path(), {}, results_)) << "no System.map";
    ASSERT_TRUE(write_file_atomic(path() / "System.map", ""));
    EXPECT_FALSE(add());
    results_.kernels.front().status = KernelStatus::boot_failed;
    EXPECT_TRUE(add_counted_metrics(path() / "not-there", {}, results_)) << "a kernel that died has counted nothing";
    results_.kernels.front().status = KernelStatus::ok;
    EXPECT_FALSE(add_counted_metrics(path() / "not-there", {{"dio", path() / "System.map"}}, results_)) << "one that lives has";
}

}  // namespace
}  // namespace diobench
