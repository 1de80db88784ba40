// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/wall/wall_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "bench/verdict/wall/host_watch.h"
#include "bench/verdict/wall/pair_order.h"
#include "bench/verdict/wall/watch_file.h"

namespace diobench {
namespace {

WallSeries constant(size_t pairs, double log_ratio, double floor) { return {std::vector<double>(pairs, log_ratio), floor}; }

TEST(WallRule, EachAnswer) {
    std::vector<WallSeries> series = {constant(10, 0.1, 0.02), constant(10, 0, 0.02), constant(10, -0.1, 0.02), {{}, 0.02}};
    auto judged = judge_wall(series, {}, 1);
    EXPECT_EQ(judged[0].verdict, Verdict::regression);
    EXPECT_EQ(judged[1].verdict, Verdict::pass);
    EXPECT_FALSE(judged[1].better);
    EXPECT_EQ(judged[2].verdict, Verdict::pass);
    EXPECT_TRUE(judged[2].better);
    EXPECT_EQ(judged[3].verdict, Verdict::inconclusive) << "no usable pair";
}

TEST(WallRule, HolmMakesManyTestsNeedMorePairs) {
    std::vector<WallSeries> many(100, constant(8, 0, 0.02));
    many[0] = constant(8, 0.1, 0.02);
    EXPECT_EQ(judge_wall(many, {}, 1)[0].verdict, Verdict::inconclusive) << "100 / 2^8 is more than 5 %";
    EXPECT_EQ(first_set_pairs(100, {}), 11u);
    for (auto& series : many) series.worse_log_ratios.resize(11, series.worse_log_ratios.front());
    EXPECT_EQ(judge_wall(many, {}, 1)[0].verdict, Verdict::regression);
    EXPECT_EQ(first_set_pairs(1, {}), WallSettings{}.min_pairs);
}

TEST(WallRule, StopsOnWidthsAndTheCapAlone) {
    WallSettings settings;
    std::vector<WallJudgement> judged(2);
    judged[0].narrow = true;
    EXPECT_TRUE(wants_more_pairs(judged, 10, settings));
    EXPECT_FALSE(wants_more_pairs(judged, settings.max_pairs, settings));
    judged[1].narrow = true;
    EXPECT_FALSE(wants_more_pairs(judged, 10, settings));
}

TEST(WallRule, ASuspicionIsConfirmedByItsLikeOnly) {
    WallJudgement suspicion;
    suspicion.verdict = Verdict::regression;
    WallJudgement other;
    for (Verdict said : {Verdict::pass, Verdict::inconclusive}) {
        other.verdict = said;
        EXPECT_EQ(confirmed(suspicion, other), Verdict::inconclusive);
    }
    EXPECT_EQ(confirmed(suspicion, suspicion), Verdict::regression);
    EXPECT_EQ(confirmed(other, suspicion), Verdict::inconclusive);
}

TEST(PairOrder, BlocksAreAbbaOrBaabAndSeeded) {
    std::set<PairSide> first_of_block;
    PairOrder order(3);
    PairOrder again(3);
    for (int block = 0; block < 32; ++block) {
        const PairSide one = order.next_first();
        const PairSide two = order.next_first();
        EXPECT_NE(one, two) << "the second pair of a block is the other way round";
        EXPECT_EQ(again.next_first(), one);
        EXPECT_EQ(again.next_first(), two);
        first_of_block.insert(one);
    }
    EXPECT_EQ(first_of_block.size(), 2u);
}

constexpr const char* kStat = "cpu  100 0 50 800 20 0 10 20 0 0\ncpu0 1 2 3\n";

TEST(HostWatch, SharesOfStealAndPressure) {
    auto before = parse_host_counters(kStat, "some avg10=0.00 total=1000\nfull avg10=0.00 total=5\n", 10);
    auto after = parse_host_counters("cpu  150 0 50 840 20 0 10 30 0 0\n", "some avg10=0.00 total=501000\n", 11);
    ASSERT_TRUE(before && after);
    auto watch = boot_watch(*before, *after);
    EXPECT_DOUBLE_EQ(watch.steal, 0.1);
    EXPECT_DOUBLE_EQ(*watch.pressure, 0.5);
    EXPECT_FALSE(parse_host_counters("intr 1 2\n", "", 0));
    EXPECT_FALSE(parse_host_counters("cpu 1 2\n", "", 0));
    EXPECT_FALSE(parse_host_counters(kStat, "", 0)->cpu_pressure_us) << "a kernel without PSI";
}

TEST(HostWatch, SaysWhatDisturbed) {
    WallSettings settings;
    std::vector<BootWatch> session(6);
    for (auto& watch : session) watch.sentinels["spin before"] = 1000;
    EXPECT_EQ(why_disturbed(session[0], session, settings), "");
    BootWatch slow = session[0];
    slow.sentinels["spin before"] = 1300;
    EXPECT_THAT(why_disturbed(slow, session, settings), testing::HasSubstr("spin before"));
    BootWatch stolen = session[0];
    stolen.steal = 0.1;
    EXPECT_THAT(why_disturbed(stolen, session, settings), testing::HasSubstr("10.0 %"));
    BootWatch crowded = session[0];
    crowded.pressure = 0.9;
    EXPECT_THAT(why_disturbed(crowded, session, settings), testing::HasSubstr("90 %"));
    EXPECT_EQ(why_disturbed(slow, {slow}, settings), "") << "one boot is no median";
}

TEST(HostWatch, WhatAHostAlwaysDoesIsNoDisturbance) {
    WallSettings settings;
    std::vector<BootWatch> session(9);
    for (size_t i = 0; i < session.size(); ++i) session[i].sentinels["memory copy before"] = 1000 + 100 * static_cast<double>(i % 3);
    BootWatch slow = session[0];
    slow.sentinels["memory copy before"] = 1300;  // 18 % off a median of 1100, from which half of the others are 100 away
    EXPECT_EQ(why_disturbed(slow, session, settings), "");
    slow.sentinels["memory copy before"] = 1600;
    EXPECT_THAT(why_disturbed(slow, session, settings), testing::HasSubstr("at most 41 % apart"));
}

TEST(WallRule, ABusyHostIsGivenUpWhenThatIsClear) {
    WallSettings settings;
    EXPECT_FALSE(is_hopeless(0, settings.min_pairs - 1, settings)) << "too early to tell";
    EXPECT_TRUE(is_hopeless(0, settings.min_pairs, settings));
    EXPECT_TRUE(is_hopeless(2, 8, settings));
    EXPECT_FALSE(is_hopeless(3, 8, settings)) << "at this rate 24 are thrown away when 9 are there, and 8 are enough";
    EXPECT_TRUE(is_hopeless(20, settings.max_pairs, settings));
}

TEST(HostWatch, IsReadAsItWasWritten) {
    auto folder = TempDirectory::create(testing::TempDir(), "watch");
    ASSERT_TRUE(folder);
    EXPECT_FALSE(read_watch(folder->path()));
    BootWatch watch;
    watch.steal = 0.125;
    watch.sentinels = {{"spin before", 1000.5}, {"null engine, a", 12}};
    for (const auto& pressure : {std::optional<double>(), std::optional<double>(0.25)}) {
        watch.pressure = pressure;
        ASSERT_TRUE(write_watch(folder->path(), watch));
        const auto back = read_watch(folder->path());
        ASSERT_TRUE(back);
        EXPECT_EQ(back->steal, watch.steal);
        EXPECT_EQ(back->pressure, watch.pressure);
        EXPECT_EQ(back->sentinels, watch.sentinels);
    }
    ASSERT_TRUE(write_file_atomic(folder->path() / kWatchFileName, "{\"steal\": 0.1, \"pres"));
    EXPECT_FALSE(read_watch(folder->path())) << "half a file";
    ASSERT_TRUE(forget_watch(folder->path()));
    ASSERT_TRUE(forget_watch(folder->path())) << "there is none any more";
}

TEST(HostWatch, SentinelsTakeTime) {
    auto taken = time_sentinels();
    EXPECT_GT(taken.spin_ns, 0);
    EXPECT_GT(taken.memcpy_ns, 0);
}

}  // namespace
}  // namespace diobench
