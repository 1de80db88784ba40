// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/fleet/status.h"

namespace diobench {

namespace {

using testing::HasSubstr;

FleetJobRow row(int64_t number, JobKind kind, JobState state, double expected_s) {
    FleetJobRow out;
    out.number = number;
    out.kind = kind;
    out.state = state;
    out.expected_s = expected_s;
    out.text = fmt::format("{} {}", job_kind_name(kind), number);
    return out;
}

FleetRequestRow running(double slots) {
    FleetRequestRow out;
    out.id = "r";
    out.description = {{"slots", slots}};
    return out;
}

TEST(FleetStatus, ExpectsWhatIsLeftOnAllMachines) {
    const std::vector<FleetJobRow> jobs = {row(1, JobKind::build, JobState::done, 240), row(2, JobKind::shard, JobState::waiting, 100), row(3, JobKind::shard, JobState::waiting, 100),
                                           row(4, JobKind::judge, JobState::waiting, 30)};
    EXPECT_EQ(expected_end(running(2), jobs, 1000), 1130);
    EXPECT_EQ(expected_end(running(1), jobs, 1000), 1230);
    EXPECT_EQ(expected_end(running(100), jobs, 1000), 1130) << "no shard is faster than itself";
}

TEST(FleetStatus, LearnsThePaceFromShardsThatAreDone) {
    auto done = row(2, JobKind::shard, JobState::done, 100);
    done.started_at = 500;
    done.ended_at = 700;
    EXPECT_EQ(expected_end(running(1), {done, row(3, JobKind::shard, JobState::waiting, 100)}, 1000), 1200);
}

TEST(FleetStatus, OfAnEndedRequestExpectsNothing) {
    auto request = running(1);
    request.state = RequestState::failed;
    EXPECT_FALSE(expected_end(request, {row(1, JobKind::shard, JobState::waiting, 1)}, 1000));
}

TEST(FleetStatus, SaysWhichMachineIsSilentAndWhy) {
    FleetStatus status{running(1), {row(2, JobKind::shard, JobState::claimed, 10)}, {}, {}, {}};
    status.jobs[0].node = "n2";
    status.jobs[0].lease_until = 900;
    EXPECT_THAT(status_text(status, 1000), HasSubstr("silent   shard 2; n2, not heard of since"));
    status.tries.push_back({0, "t", "n3", 1, 1, "refused", "n3: another QEMU"});
    EXPECT_THAT(status_text(status, 1000), HasSubstr("refused  n3: another QEMU"));
}

}  // namespace

}  // namespace diobench
