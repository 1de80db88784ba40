// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/exact/self_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/verdict/pairs/sample_runs.h"

namespace diobench {
namespace {

CellResult null_cell(const std::string& engine, double min_ns, double mean_ns) {
    CellResult cell = sample_cell("dio", "self-test/null/ram/4k/" + engine + "/qd1", mean_ns);
    (*cell.metrics)["latency_ns.min"] = min_ns;
    return cell;
}

Results control(double min_ns, double mean_ns) {
    Results out;
    out.cells = {null_cell("null-plus-0", 120, 180), null_cell("null-plus-1000", min_ns, mean_ns)};
    return out;
}

TEST(Control, IsSeenExactly) {
    EXPECT_EQ(check_control(control(1120, 1180)).outcome, SelfTest::Outcome::passed);
    EXPECT_EQ(check_control(control(1120, 1195)).outcome, SelfTest::Outcome::passed) << "a tick in one of them";
    EXPECT_EQ(check_control(control(1119, 1180)).outcome, SelfTest::Outcome::failed);
    EXPECT_EQ(check_control(control(1121, 1180)).outcome, SelfTest::Outcome::failed);
    EXPECT_EQ(check_control(control(1120, 1380)).outcome, SelfTest::Outcome::failed);
}

TEST(Control, MissingIsFailed) {
    EXPECT_EQ(check_control({}).outcome, SelfTest::Outcome::failed);
    auto alone = control(1120, 1180);
    alone.cells.erase(alone.cells.begin());
    EXPECT_EQ(check_control(alone).outcome, SelfTest::Outcome::failed);
    auto no_number = control(1120, 1180);
    no_number.cells[1].metrics.reset();
    EXPECT_EQ(check_control(no_number).outcome, SelfTest::Outcome::failed);
}

TEST(SameTwice, OneBitIsEnoughToFail) {
    EXPECT_EQ(check_same_twice(control(1120, 1180), control(1120, 1180)).outcome, SelfTest::Outcome::passed);
    auto judged = check_same_twice(control(1120, 1180), control(1120, 1180.0000001));
    EXPECT_EQ(judged.outcome, SelfTest::Outcome::failed);
    EXPECT_THAT(judged.detail, testing::HasSubstr("null-plus-1000"));
    Results lost = control(1120, 1180);
    lost.cells[0].status = CellStatus::failed;
    lost.cells[0].reason = "the machine was silent for 13 minutes";
    lost.cells[0].metrics.reset();
    judged = check_same_twice(control(1120, 1180), lost);
    EXPECT_EQ(judged.outcome, SelfTest::Outcome::failed);
    EXPECT_THAT(judged.detail, testing::AllOf(testing::HasSubstr("a boot was lost"), testing::HasSubstr("silent for 13 minutes"), testing::Not(testing::HasSubstr("trusted"))));
    EXPECT_EQ(check_same_twice({}, {}).outcome, SelfTest::Outcome::failed) << "nothing measured";
    auto fewer = control(1120, 1180);
    fewer.cells.pop_back();
    EXPECT_EQ(check_same_twice(control(1120, 1180), fewer).outcome, SelfTest::Outcome::failed);
}

}  // namespace
}  // namespace diobench
