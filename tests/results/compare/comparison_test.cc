// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/text.h"
#include "bench/results/compare/headline.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

Comparison compared(const Results& results, const ComparisonOptions& options = {}) {
    auto comparison = compare_arms(results, options);
    EXPECT_TRUE(comparison) << comparison.error().message();
    return *comparison;
}

/// The sample run with dio's direct reads replaced.
Results with_dio(const SampleNumbers& numbers) {
    Results results = sample_results();
    results.cells[3] = sample_ok_cell("dio", "fscache", "direct", numbers);
    return results;
}

/// The same with reads of the device itself: dio's half of the time of raw ones, by 4,000 instructions.
Results with_floor(Results results = sample_results()) {
    for (const char* kernel : {"fallback", "dio"}) {
        results.cells.push_back(sample_ok_cell(kernel, "device", "direct", {512, 0.0025, 5000, 0}));
        (*results.cells.back().metrics)["cpu_ns_per_op.total"] = 4000.25;
    }
    return results;
}

Results on_a_real_clock(Results results) {
    results.run.machine = "kvm";
    results.run.clock = {"real", "1 ns", true, ""};
    return results;
}

/// The sentence that begins so, or nothing.
std::string sentence_of(const std::vector<std::string>& sentences, std::string_view beginning) {
    for (const auto& sentence : sentences)
        if (sentence.starts_with(beginning)) return sentence;
    return "";
}

const Measure& throughput_in(const Comparison& comparison) { return comparison_measure(comparison.results->run.clock, "throughput_bytes_per_s"); }

size_t widest_line(const std::string& text) {
    size_t widest = 0;
    for (const auto& line : split(text, '\n')) widest = std::max(widest, line.size());
    return widest;
}

Results with_arms(const std::vector<std::string>& names) {
    Results results = sample_results();
    results.kernels.clear();
    results.cells.clear();
    for (const auto& name : names) {
        results.kernels.push_back(sample_kernel(name));
        results.cells.push_back(sample_ok_cell(name, "fscache", "direct", {}));
    }
    return results;
}

}  // namespace

TEST(Comparison, FallbackIsTheReferenceAndTheLastArmIsJudged) {
    auto comparison = compared(sample_results());
    ASSERT_EQ(comparison.rows.size(), 1u);
    EXPECT_EQ(comparison.arms[comparison.reference].title, "fallback");
    EXPECT_EQ(comparison.arms[comparison.candidate].title, "dio");
    const auto& throughput = throughput_in(comparison);
    EXPECT_DOUBLE_EQ(comparison.ratio(comparison.rows[0], throughput).value(), 2.0);
    EXPECT_EQ(comparison.arms.front().title, "buffered");
    EXPECT_DOUBLE_EQ(comparison.value(comparison.rows[0], 0, throughput).value(), 512 * 4096 / 0.02);
    const size_t raw = comparison.arms.size() - 2;
    EXPECT_EQ(comparison.arms[raw].title, "raw");
    EXPECT_DOUBLE_EQ(comparison.value(comparison.rows[0], raw, throughput).value(), 512 * 4096 / 0.005);
    EXPECT_EQ(comparison.arms.back().title, "floor");
    EXPECT_EQ(comparison.value(comparison.rows[0], raw + 1, throughput), std::nullopt);
    comparison = compared(with_floor());
    EXPECT_DOUBLE_EQ(comparison.value(comparison.rows[0], raw + 1, throughput).value(), 512 * 4096 / 0.0025);
}

TEST(Comparison, WithoutAnotherDirectArmBufferedIsTheReference) {
    Results results = sample_results();
    std::erase_if(results.kernels, [](const auto& kernel) { return kernel.name == "fallback"; });
    std::erase_if(results.cells, [](const auto& cell) { return cell.kernel == "fallback"; });
    results.cells.push_back(sample_ok_cell("dio", "fscache", "buffered", {512, 0.02, 40000, 2097152}));
    std::erase_if(results.cells, [](const auto& cell) { return cell.status != CellStatus::ok; });
    auto comparison = compared(results);
    EXPECT_EQ(comparison.arms[comparison.reference].title, "buffered");
    EXPECT_DOUBLE_EQ(comparison.ratio(comparison.rows[0], throughput_in(comparison)).value(), 2.0);
}

TEST(Comparison, GapsSayWhy) {
    Results results = sample_results();
    results.kernels.insert(results.kernels.begin(), sample_kernel("base"));
    results.cells.push_back(sample_cell("base", "fscache", "direct"));
    results.cells.back().status = CellStatus::unsupported;
    results.cells.back().observed_io = ObservedIo::refused;
    std::string text = comparison_tables(compared(results), 100, Colours::never);
    EXPECT_THAT(text, HasSubstr("refused"));
    EXPECT_THAT(text, HasSubstr("2.00x"));
    results.cells[3].status = CellStatus::invalid;
    results.cells[3].metrics.reset();
    EXPECT_THAT(comparison_tables(compared(results), 100, Colours::never), AllOf(HasSubstr("INVALID"), Not(HasSubstr("2.00x"))));
    results.cells.erase(results.cells.begin() + 3);
    EXPECT_THAT(comparison_tables(compared(results), 100, Colours::never), Not(HasSubstr("INVALID")));
}

TEST(Comparison, TablesKeepTheirWidthWhateverTheArms) {
    for (const auto& names : {std::vector<std::string>{"dio"}, {"fallback", "dio"},
                              {"base", "fallback", "dio-sync", "dio", "a-very-long-arm-name-of-a-user", "b", "c", "d", "e", "f", "g"}}) {
        auto comparison = compared(with_arms(names));
        EXPECT_LE(widest_line(comparison_tables(comparison, 100, Colours::never)), 100u);
        EXPECT_LE(widest_line(comparison_tables(comparison, 76, Colours::never)), 76u);
        for (const auto& name : names)
            EXPECT_THAT(comparison_tables(comparison, 76, Colours::never), HasSubstr(name.substr(0, kArmTitleLength)));
    }
}

TEST(Comparison, UnknownKernelsAreRefusedByName) {
    ComparisonOptions options;
    options.kernels = {"dio", "none"};
    auto comparison = compare_arms(sample_results(), options);
    ASSERT_FALSE(comparison);
    EXPECT_THAT(comparison.error().message(), AllOf(HasSubstr("none"), HasSubstr("fallback, dio")));
}

TEST(Comparison, ShowsTheCellsThatTheFilterTakes) {
    ComparisonOptions options;
    options.rows = ComparisonOptions::Rows::all;
    const size_t all = compared(sample_results(), options).rows.size();
    options.filter.where = "io=direct,backend=fscache";
    const auto few = compared(sample_results(), options).rows;
    EXPECT_THAT(few.size(), testing::AllOf(testing::Ge(1U), testing::Lt(all)));
    for (const auto& row : few) EXPECT_THAT(row.cell, HasSubstr("/fscache/flat/ram/local/direct/"));
    options.filter.where = "block_size=1m";
    auto none = compare_arms(sample_results(), options);
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message(), HasSubstr("no cell of this run has block_size=1m: their block_size is 4k"));
}

TEST(Comparison, RunsOfOtherMeaningAreNotCompared) {
    Results a = sample_results();
    Results b = sample_results();
    EXPECT_TRUE(check_comparable(a, b));
    auto refused = [&](auto change, const char* word) {
        Results other = sample_results();
        change(other.run);
        auto status = check_comparable(a, other);
        ASSERT_FALSE(status) << word;
        EXPECT_THAT(status.error().message(), HasSubstr(word));
    };
    refused([](diobench::Run& r) { r.machine = "kvm"; }, "machine");
    refused([](diobench::Run& r) { r.suite = "full"; }, "suite");
    refused([](diobench::Run& r) { r.clock.kind = "real"; }, "clock");
    refused([](diobench::Run& r) { r.clock.comparable = false; }, "not comparable");
    refused([](diobench::Run& r) { r.tool["qemu"] = "9.0"; }, "emulator");
}

TEST(Comparison, AnotherPlanIsOtherInstructions) {
    diobench::Run one = sample_results().run;
    diobench::Run two = one;
    one.plan_sha256 = "0123456789abcdef";
    EXPECT_EQ(why_other_instructions(one, two), "") << "a file from before plans were recorded";
    two.plan_sha256 = "fedcba9876543210";
    EXPECT_THAT(why_other_instructions(one, two), AllOf(HasSubstr("another plan"), HasSubstr("(0123456789ab, now fedcba987654)")));
    two.plan_sha256 = one.plan_sha256;
    EXPECT_EQ(why_other_instructions(one, two), "");
}

TEST(Comparison, TwoRunsShowOneArmOfEach) {
    auto merged = merge_runs(sample_results(), with_dio({512, 0.04, 80000, 0}), {});
    ASSERT_TRUE(merged);
    auto comparison = compared(*merged);
    EXPECT_EQ(comparison.arms[comparison.reference].title, "dio@1");
    EXPECT_EQ(comparison.arms[comparison.candidate].title, "dio@2");
    EXPECT_DOUBLE_EQ(comparison.ratio(comparison.rows[0], throughput_in(comparison)).value(), 0.25);
    EXPECT_FALSE(merge_runs(sample_results(), sample_results(), {"dio", "none"}));
}

TEST(Comparison, TablesSayWhatIsCountedAndModelled) {
    const std::string text = comparison_tables(compared(sample_results()), 100, Colours::never);
    EXPECT_THAT(text, AllOf(HasSubstr("1,000 instructions per read, counted\n"), HasSubstr("page cache, MiB, counted\n"),
                            HasSubstr("throughput, MiB/s, modelled (1 instruction = 1 ns, device ram)\n"),
                            HasSubstr("p99 latency, us, modelled (1 instruction = 1 ns, device ram)\n")));
    const std::string timed = comparison_tables(compared(on_a_real_clock(sample_results())), 100, Colours::never);
    EXPECT_THAT(timed, AllOf(HasSubstr("throughput, MiB/s, timed\n"), HasSubstr("CPU per read, us, timed\n"), HasSubstr("page cache, MiB, counted\n"),
                             Not(HasSubstr("modelled")), Not(HasSubstr("instruction"))));
}

TEST(Headline, WhatIsBetterIsAGain) {
    auto sentences = headline(compared(with_dio({512, 0.01, 20000, 0})));  // dio: twice the throughput, half the latency, no page cache
    EXPECT_THAT(sentence_of(sentences, "Gain, modelled (1 instruction = 1 ns, device ram): "),
                AllOf(HasSubstr("against fallback, dio has a higher throughput in 1 of 1"), HasSubstr("2.00x"), HasSubstr("lower p99")));
    EXPECT_THAT(sentence_of(sentences, "Gain, counted: "), AllOf(HasSubstr("leaves less in the page cache"), HasSubstr("0 B instead of 2.00 MiB")));
    EXPECT_THAT(sentence_of(sentences, "Cost, counted: "), HasSubstr("none"));
    EXPECT_THAT(sentence_of(sentences, "Cost, modelled"), HasSubstr("none"));
}

TEST(Headline, InstructionsAreToldAsTheyWereCounted) {
    Results results = sample_results();
    (*results.cells[0].metrics)["cpu_ns_per_op.total"] = 17340.4;
    (*results.cells[3].metrics)["cpu_ns_per_op.total"] = 5100.0;
    EXPECT_THAT(sentence_of(headline(compared(results)), "Gain, counted"),
                HasSubstr("dio needs fewer instructions per read in 1 of 1 (most: 3.40 times fewer, rand 4k qd1 pread on ram (cold random, small): 5,100 instructions instead of 17,340 instructions)"));
    std::swap(results.cells[0].metrics, results.cells[3].metrics);
    EXPECT_THAT(sentence_of(headline(compared(results)), "Cost, counted"), HasSubstr("dio needs more instructions per read in 1 of 1 (most: 3.40x, "));
}

TEST(Headline, WhatIsWorseIsACostAlsoWhenFallbackWinsAll) {
    auto sentences = headline(compared(with_dio({512, 0.04, 80000, 4194304})));
    EXPECT_THAT(sentence_of(sentences, "Gain, modelled"), HasSubstr("none"));
    EXPECT_THAT(sentence_of(sentences, "Gain, counted"), HasSubstr("none"));
    EXPECT_THAT(sentence_of(sentences, "Cost, modelled"), AllOf(HasSubstr("dio has a lower throughput in 1 of 1 (most: 0.50x"), HasSubstr("higher p99")));
    EXPECT_THAT(sentence_of(sentences, "Cost, counted"), AllOf(HasSubstr("leaves more in the page cache"), Not(HasSubstr("less"))));
}

TEST(Headline, ATradeOffHasBoth) {
    auto sentences = headline(compared(with_dio({512, 0.04, 80000, 0})));
    EXPECT_THAT(sentence_of(sentences, "Gain, counted"), HasSubstr("leaves less in the page cache"));
    EXPECT_THAT(sentence_of(sentences, "Gain, modelled"), HasSubstr("none"));
    EXPECT_THAT(sentence_of(sentences, "Cost, modelled"), HasSubstr("a lower throughput"));
    EXPECT_THAT(sentence_of(sentences, "Cost, counted"), HasSubstr("none"));
}

TEST(Headline, NothingIsFastByTheVirtualClock) {
    for (const auto& sentence : headline(compared(with_floor()))) {
        EXPECT_THAT(sentence, AllOf(Not(HasSubstr("faster")), Not(HasSubstr("slower"))));
        if (sentence.find("/s") != std::string::npos || sentence.find("throughput") != std::string::npos) {
            EXPECT_THAT(sentence, AllOf(HasSubstr("modelled (1 instruction = 1 ns, device ram): "), Not(HasSubstr("instructions"))));
        }
    }
}

TEST(Headline, ByARealClockReadsAreFast) {
    auto sentences = headline(compared(on_a_real_clock(with_floor())));
    EXPECT_THAT(sentence_of(sentences, "Gain, timed: "), HasSubstr("dio reads faster in 1 of 1 (most: 2.00x"));
    EXPECT_THAT(sentence_of(sentences, "Gain, counted: "), HasSubstr("leaves less in the page cache"));
    EXPECT_THAT(sentence_of(sentences, "Floor, timed: "), AllOf(HasSubstr("reaches 25 % (rand 4k qd1 pread on ram) of its throughput and needs 200 %"), HasSubstr("of its CPU")));
}

TEST(Comparison, TheFloorIsThatOfTheCandidatesKernel) {
    Results results = with_floor();
    (*results.cells[6].metrics)["seconds"] = 0.002;  // fallback's
    (*results.cells[6].metrics)["throughput_bytes_per_s"] = 512 * 4096 / 0.002;
    auto comparison = compared(results);
    EXPECT_EQ(comparison.rows[0].cells.back(), &comparison.results->cells[7]);
    results.cells[7].status = CellStatus::failed;
    results.cells[7].metrics.reset();
    comparison = compared(results);
    EXPECT_EQ(comparison.rows[0].cells.back(), &comparison.results->cells[6]);  // rather another's than none
}

TEST(Headline, TheFloorIsTheDeviceItself) {
    auto sentences = headline(compared(with_floor()));
    EXPECT_THAT(sentence_of(sentences, "Floor, counted: "), HasSubstr("against the block device itself, dio needs 200 % (rand 4k qd1 pread on ram) of its instructions"));
    EXPECT_THAT(sentence_of(sentences, "Floor, modelled (1 instruction = 1 ns, device ram): "), HasSubstr("dio reaches 25 % (rand 4k qd1 pread on ram) of its throughput"));
    EXPECT_THAT(headline(compared(sample_results())).back(), HasSubstr("no floor"));
}

TEST(Headline, AnArmWithoutNumbersBreaksNothing) {
    Results results = sample_results();
    results.cells[3] = sample_cell("dio", "fscache", "direct");
    auto sentences = headline(compared(results));
    EXPECT_THAT(sentences[0], HasSubstr("not known"));
    EXPECT_THAT(problems(results), testing::Contains(AllOf(HasSubstr("dio failed"), HasSubstr("2 cells"))));
    results.cells.clear();
    auto comparison = compared(results);
    EXPECT_THAT(headline(comparison)[0], HasSubstr("not known"));
}

TEST(Text, WrapKeepsWidthAndLongWords) {
    EXPECT_EQ(wrap_text("aa bb cc", 5, 2), "aa bb\n  cc");
    EXPECT_EQ(wrap_text("a very-long-word b", 6, 0), "a\nvery-long-word\nb");
    EXPECT_EQ(wrap_text("", 5, 0), "");
}
