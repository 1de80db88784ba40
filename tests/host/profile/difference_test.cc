// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace diobench {
namespace {

using testing::HasSubstr;

CellProfile baseline() {
    CellProfile out;
    out.kernel = "dio";
    out.cell = "rand-read/a";
    out.seed = 3;
    out.ops = 4;
    out.bytes = 16384;
    out.elapsed_ns = 1000;
    out.user = {100, 20, 10, 0};
    out.copied = {16384, 32768};
    out.functions = {{"gone", {40, 4, 2, 4}}, {"same", {60, 6, 3, 4}}, {"slower", {200, 8, 8, 4}}};
    return out;
}

CellProfile candidate() {
    CellProfile out = baseline();
    out.kernel = "v4";
    out.elapsed_ns = 9080;
    out.functions = {{"fresh", {20, 0, 1, 8}}, {"same", {60, 6, 3, 4}}, {"slower", {300, 12, 8, 4}}};
    return out;
}

TEST(Difference, IsAccountedForByTheFunctionsThatDiffer) {
    auto d = diff(baseline(), candidate());
    ASSERT_TRUE(d.has_value()) << d.error().message();
    EXPECT_EQ(d->baseline, "dio");
    EXPECT_EQ(d->candidate, "v4");
    EXPECT_EQ(d->baseline_instructions, 400u);
    EXPECT_EQ(d->candidate_instructions, 480u);
    EXPECT_EQ(d->difference, 80);
    ASSERT_EQ(d->rows.size(), 3u);
    EXPECT_EQ(d->rows[0].function, "slower");
    EXPECT_EQ(d->rows[0].difference, 100);
    EXPECT_DOUBLE_EQ(*d->rows[0].share, 1.25);
    EXPECT_EQ(d->rows[1].function, "gone");
    EXPECT_EQ(d->rows[1].difference, -40);
    EXPECT_DOUBLE_EQ(*d->rows[1].share, -0.5);
    EXPECT_EQ(d->rows[2].function, "fresh");
    EXPECT_EQ(d->rows[2].candidate, (InstructionCounts{20, 0, 1, 8}));
    EXPECT_EQ(d->rows[2].baseline, InstructionCounts{});
    // 8080 ns more, of which 80 are instructions.
    EXPECT_EQ(d->waiting_difference_ns(), 8000);
    EXPECT_DOUBLE_EQ(d->per_op(static_cast<double>(d->difference)), 20.0);
}

TEST(Difference, UserSpaceIsARow) {
    CellProfile other = baseline();
    other.user.instructions += 4;
    auto d = diff(baseline(), other);
    ASSERT_TRUE(d.has_value());
    ASSERT_EQ(d->rows.size(), 1u);
    EXPECT_EQ(d->rows[0].function, kUserRow);
    EXPECT_DOUBLE_EQ(*d->rows[0].share, 1.0);
}

TEST(Difference, EqualTotalsMayHideRowsAndHaveNoShares) {
    CellProfile other = baseline();
    other.functions["same"].instructions -= 5;
    other.functions["slower"].instructions += 5;
    auto d = diff(baseline(), other);
    ASSERT_TRUE(d.has_value());
    EXPECT_EQ(d->difference, 0);
    ASSERT_EQ(d->rows.size(), 2u);
    EXPECT_EQ(d->rows[0].function, "same");  // equal sizes: by name
    EXPECT_FALSE(d->rows[0].share.has_value());
    EXPECT_TRUE(d->to_json()["functions"][0]["share"].is_null());
}

TEST(Difference, OfAKernelToItselfIsNothing) {
    auto d = diff(baseline(), baseline());
    ASSERT_TRUE(d.has_value());
    EXPECT_EQ(d->difference, 0);
    EXPECT_TRUE(d->rows.empty());
}

TEST(Difference, LargeCountsStayExact) {
    CellProfile a = baseline(), b = baseline();
    a.functions["same"].instructions = (uint64_t{1} << 53) + 1;
    b.functions["same"].instructions = (uint64_t{1} << 53) + 2;
    EXPECT_EQ(diff(a, b)->difference, 1);
    EXPECT_EQ(diff(b, a)->difference, -1);
}

TEST(Difference, WhatIsNoPairIsRefused) {
    auto reason = [](auto change) {
        CellProfile other = candidate();
        change(other);
        auto d = diff(baseline(), other);
        return d ? std::string() : d.error().message();
    };
    EXPECT_THAT(reason([](CellProfile& p) { p.cell = "rand-read/b"; }), HasSubstr("rand-read/a"));
    EXPECT_THAT(reason([](CellProfile& p) { p.seed = 4; }), HasSubstr("seeds 3 and 4"));
    EXPECT_THAT(reason([](CellProfile& p) { p.ops = 5; }), HasSubstr("4 and 5 reads"));
}

TEST(Difference, JsonSaysItPerRead) {
    auto json = diff(baseline(), candidate())->to_json();
    EXPECT_EQ(json["difference_instructions"], 80);
    EXPECT_EQ(json["difference_per_op"], 20.0);
    EXPECT_EQ(json["functions"][0]["function"], "slower");
    EXPECT_EQ(json["functions"][0]["baseline_per_op"], 50.0);
    EXPECT_EQ(json["functions"][0]["loads_difference_per_op"], 1.0);
    EXPECT_EQ(json["functions"][1]["entries_difference_per_op"], -1.0);
}

TEST(CellProfile, SurvivesJson) {
    auto read = CellProfile::from_json(baseline().to_json());
    ASSERT_TRUE(read.has_value()) << read.error().message();
    EXPECT_EQ(*read, baseline());
    EXPECT_EQ(read->total(), (InstructionCounts{400, 38, 23, 12}));
    EXPECT_EQ(read->in_kernel().instructions, 300u);
}

TEST(CellProfile, WrongJsonIsNamedByItsPlace) {
    auto json = baseline().to_json();
    json["functions"][1]["loads"] = -1;
    EXPECT_THAT(CellProfile::from_json(json).error().message(), HasSubstr("/functions/1/loads"));
    json = baseline().to_json();
    json["functions"][1]["function"] = "gone";
    EXPECT_THAT(CellProfile::from_json(json).error().message(), HasSubstr("twice"));
    json = baseline().to_json();
    json.erase("ops");
    EXPECT_FALSE(CellProfile::from_json(json).has_value());
    json = baseline().to_json();
    json["copied_bytes"].erase("kernel");
    EXPECT_THAT(CellProfile::from_json(json).error().message(), HasSubstr("/copied_bytes/kernel"));
}

}  // namespace
}  // namespace diobench
