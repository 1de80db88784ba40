// SPDX-License-Identifier: GPL-2.0-only
// Claims: one machine a job, leases that run out, tries that are counted, the same bytes or an error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <optional>
#include <thread>

#include "bench/fleet/fleet_store.h"

namespace diobench {

namespace {

using testing::HasSubstr;

constexpr int64_t kNow = 1000;
constexpr int64_t kLease = 60;
constexpr const char* kRequest = "20261201T000000-run-0001";

FleetJob job(int64_t number, JobKind kind, double expected_s, std::vector<int64_t> needs) {
    FleetJob out;
    out.number = number;
    out.kind = kind;
    out.kernel = kind == JobKind::judge ? "" : "dio";
    out.expected_s = expected_s;
    out.needs = std::move(needs);
    return out;
}

FleetOutcome measured(const std::string& cells) {
    FleetOutcome out;
    out.cells_sha256 = cells;
    out.files = "files";
    return out;
}

class FleetStoreTest : public testing::Test {
protected:
    void SetUp() override {
        auto folder = TempDirectory::create(fs::temp_directory_path(), "fleet-test");
        ASSERT_TRUE(folder);
        folder_.emplace(std::move(*folder));
        store_.emplace(open());
        FleetRequestRow row;
        row.id = kRequest;
        row.command = "run";
        row.description = {{"tries", 2}, {"lease_s", kLease}};
        ASSERT_TRUE(store_->submit(row, {job(1, JobKind::build, 100, {}), job(2, JobKind::shard, 10, {1}), job(3, JobKind::shard, 30, {1}), job(4, JobKind::judge, 5, {2, 3})}));
    }
    FleetStore open() const {
        auto store = FleetStore::open(folder_->path() / "store.sqlite");
        EXPECT_TRUE(store) << store.error().message();
        return std::move(*store);
    }
    std::optional<FleetClaim> claim(const std::string& node, int64_t now, std::optional<int64_t> number = {}) {
        auto claim = store_->claim(kRequest, node, now, number);
        EXPECT_TRUE(claim) << claim.error().message();
        return *claim;
    }
    void build() {
        const auto first = claim("n1", kNow);
        ASSERT_TRUE(first && first->job.number == 1);
        ASSERT_TRUE(store_->finish(*first, {}, kNow + 1));
    }
    FleetJobRow row(int64_t number) { return store_->jobs(kRequest)->at(static_cast<size_t>(number - 1)); }
    RequestState state() { return store_->request(kRequest)->state; }

    std::optional<TempDirectory> folder_;
    std::optional<FleetStore> store_;
};

TEST_F(FleetStoreTest, AJobWaitsForWhatItNeeds) {
    const auto first = claim("n1", kNow);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->job.number, 1);
    EXPECT_FALSE(claim("n2", kNow));
    ASSERT_TRUE(store_->finish(*first, {}, kNow + 1));
    EXPECT_EQ(store_->claim(kRequest, "n3", kNow + 1, {}, WhichJobs::shards).value()->job.number, 3) << "the longest first";
}

TEST_F(FleetStoreTest, TwoClaimantsNeverGetTheSameJob) {
    build();
    FleetStore other = open();
    const auto one = claim("n1", kNow + 1);
    const auto two = other.claim(kRequest, "n2", kNow + 1);
    ASSERT_TRUE(one && two && *two);
    EXPECT_NE(one->job.number, (*two)->job.number);
    EXPECT_FALSE(claim("n3", kNow + 1));
}

TEST_F(FleetStoreTest, ALeaseThatIsRenewedHolds) {
    build();
    const auto mine = claim("n1", kNow, 2);
    ASSERT_TRUE(store_->renew(*mine, kNow + kLease - 1));
    EXPECT_FALSE(claim("n2", kNow + kLease, 2));
    EXPECT_TRUE(claim("n2", kNow + 2 * kLease - 1, 2));
}

TEST_F(FleetStoreTest, ALeaseThatRanOutIsAnybodysAndTriesAreCounted) {
    build();
    ASSERT_TRUE(claim("n1", kNow, 2));
    const auto second = claim("n2", kNow + kLease, 2);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->job.tries, 2);
    EXPECT_FALSE(claim("n3", kNow + 2 * kLease, 2)) << "two tries are allowed";
    EXPECT_EQ(row(2).state, JobState::failed);
    EXPECT_EQ(state(), RequestState::failed);
    EXPECT_THAT(store_->request(kRequest)->reason, HasSubstr("2 tries came to nothing; at the last n2 fell silent"));
    EXPECT_FALSE(claim("n3", kNow + 2 * kLease)) << "a request that failed gives no jobs";
}

TEST_F(FleetStoreTest, AShardThatRanTwiceIsKeptOnceIfTheBytesAgree) {
    build();
    const auto slow = claim("n1", kNow, 2);
    const auto second = claim("n2", kNow + kLease, 2);
    EXPECT_EQ(store_->finish(*second, measured("same"), kNow + 70).value(), Finished::first);
    EXPECT_EQ(store_->finish(*slow, measured("same"), kNow + 80).value(), Finished::again);
    EXPECT_EQ(row(2).node, "n2");
    EXPECT_EQ(state(), RequestState::running);
}

TEST_F(FleetStoreTest, TheSlowMachineMayEndFirst) {
    build();
    const auto slow = claim("n1", kNow, 2);
    const auto second = claim("n2", kNow + kLease, 2);
    EXPECT_EQ(store_->finish(*slow, measured("same"), kNow + 70).value(), Finished::first);
    EXPECT_EQ(store_->finish(*second, measured("same"), kNow + 80).value(), Finished::again);
}

TEST_F(FleetStoreTest, OtherBytesAreAnErrorThatNamesBothMachines) {
    build();
    const auto slow = claim("n1", kNow, 2);
    const auto second = claim("n2", kNow + kLease, 2);
    ASSERT_TRUE(store_->finish(*second, measured("one"), kNow + 70));
    const auto other = store_->finish(*slow, measured("other"), kNow + 80);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ExitCode::invalid);
    EXPECT_THAT(other.error().message(), HasSubstr("shard 2: dio: n2 and n1 measured other bytes"));
    EXPECT_EQ(state(), RequestState::failed);
    EXPECT_EQ(row(2).state, JobState::failed);
    EXPECT_EQ("fleet " + open().request(kRequest)->reason, other.error().message());
}

TEST_F(FleetStoreTest, ATryThatCameToNothingIsFollowedByAnotherOne) {
    build();
    const auto first = claim("n1", kNow, 2);
    ASSERT_TRUE(store_->give_up(*first, "no disk space", kNow + 1));
    EXPECT_EQ(row(2).state, JobState::waiting);
    const auto second = claim("n2", kNow + 2, 2);
    ASSERT_TRUE(store_->give_up(*second, "no disk space there either", kNow + 3));
    EXPECT_EQ(row(2).state, JobState::failed);
    EXPECT_EQ(store_->request(kRequest)->reason, "shard 2: dio: no disk space there either");
    EXPECT_EQ(store_->tries(kRequest)->size(), 3U);
}

TEST_F(FleetStoreTest, WhoLostItsLeaseDoesNotGiveUpForTheOther) {
    build();
    const auto slow = claim("n1", kNow, 2);
    const auto second = claim("n2", kNow + kLease, 2);
    ASSERT_TRUE(store_->give_up(*slow, "interrupted", kNow + 70));
    EXPECT_EQ(row(2).state, JobState::claimed);
    EXPECT_EQ(row(2).node, "n2");
}

TEST_F(FleetStoreTest, ACancelledRequestIsToldAtTheNextHeartbeat) {
    build();
    const auto mine = claim("n1", kNow, 2);
    EXPECT_TRUE(*store_->renew(*mine, kNow + 1));
    ASSERT_TRUE(store_->cancel(kRequest, kNow + 2));
    EXPECT_FALSE(*store_->renew(*mine, kNow + 3));
    EXPECT_FALSE(claim("n2", kNow + 3));
    ASSERT_TRUE(store_->give_up(*mine, "interrupted", kNow + 4));
    EXPECT_EQ(row(2).state, JobState::waiting);
    EXPECT_FALSE(store_->cancel(kRequest, kNow + 5)) << "it has ended";
}

TEST_F(FleetStoreTest, TheJudgeEndsTheRequestWithItsExitCode) {
    build();
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(store_->finish(*claim("n1", kNow), measured("x"), kNow + 1));
    FleetOutcome verdict;
    verdict.exit_code = 1;
    const auto judge = claim("n2", kNow + 2);
    ASSERT_TRUE(judge && judge->job.kind == JobKind::judge);
    ASSERT_TRUE(store_->finish(*judge, verdict, kNow + 3));
    EXPECT_EQ(state(), RequestState::done);
    EXPECT_EQ(store_->request("")->exit_code, 1);
}

TEST_F(FleetStoreTest, RetryKeepsWhatIsDone) {
    build();
    ASSERT_TRUE(store_->finish(*claim("n1", kNow, 3), measured("x"), kNow + 1));
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(store_->give_up(*claim("n1", kNow, 2), "no", kNow + 1));
    EXPECT_EQ(state(), RequestState::failed);
    ASSERT_TRUE(store_->retry(kRequest));
    EXPECT_EQ(state(), RequestState::running);
    EXPECT_EQ(row(3).state, JobState::done);
    EXPECT_EQ(claim("n1", kNow + 2)->job.number, 2);
    ASSERT_TRUE(store_->retry(kRequest, 3));
    EXPECT_EQ(row(3).state, JobState::waiting);
    EXPECT_FALSE(store_->retry(kRequest, 9));
}

TEST_F(FleetStoreTest, AMachineThatIsOtherIsRefusedAndItsOnlyJobFails) {
    build();
    ASSERT_TRUE(store_->refuse(kRequest, "n2", "another QEMU", kNow));
    EXPECT_EQ(state(), RequestState::running);
    ASSERT_TRUE(store_->refuse(kRequest, "n2", "another QEMU", kNow, 2));
    EXPECT_EQ(state(), RequestState::failed);
    EXPECT_EQ(store_->request(kRequest)->reason, "shard 2: dio: another QEMU");
}

TEST_F(FleetStoreTest, AKernelIsBuiltOnce) {
    using What = BuildTurn::What;
    EXPECT_EQ(store_->claim_build("key", "/srv", "n1", "a", kLease, kNow)->what, What::ours);
    EXPECT_EQ(store_->claim_build("key", "/srv", "n2", "b", kLease, kNow + 1)->what, What::others);
    ASSERT_TRUE(store_->renew_build("key", "/srv", "a", kLease, kNow + kLease - 1));
    EXPECT_EQ(store_->claim_build("key", "/srv", "n2", "b", kLease, kNow + kLease)->node, "n1");
    EXPECT_EQ(store_->claim_build("key", "/elsewhere", "n2", "b", kLease, kNow)->what, What::ours) << "another fleet";
    ASSERT_TRUE(store_->finish_build("key", "/srv", "a", "image"));
    const auto built = store_->claim_build("key", "/srv", "n2", "b", kLease, kNow + 2 * kLease);
    EXPECT_EQ(built->what, What::built);
    EXPECT_EQ(built->image_sha256, "image");
    EXPECT_FALSE(store_->finish_build("key", "/srv", "b", "other"));
}

TEST_F(FleetStoreTest, ABuilderThatFellSilentIsFollowedByAnother) {
    ASSERT_TRUE(store_->claim_build("key", "/srv", "n1", "a", kLease, kNow));
    EXPECT_EQ(store_->claim_build("key", "/srv", "n2", "b", kLease, kNow + kLease)->what, BuildTurn::What::ours);
}

TEST_F(FleetStoreTest, AnUnknownRequestSaysWhereToLook) {
    EXPECT_THAT(store_->request("none").error().message(), HasSubstr("fleet status --all"));
}

/// For docs/fleet.md, "A thousand machines": --gtest_also_run_disabled_tests, of the store that DIOBENCH_STORE names.
TEST(FleetRate, DISABLED_ClaimsAndHeartbeatsASecond) {
    constexpr int kThreads = 20;
    constexpr int kJobs = 2000;
    auto store = FleetStore::open();
    ASSERT_TRUE(store) << store.error().message();
    FleetRequestRow row;
    row.id = "rate-" + std::to_string(std::time(nullptr));
    row.description = {{"tries", 2}, {"lease_s", kLease}};
    std::vector<FleetJob> jobs;
    for (int i = 1; i <= kJobs; ++i) jobs.push_back(job(i, JobKind::shard, i, {}));
    ASSERT_TRUE(store->submit(row, jobs));
    std::atomic<int> done{0};
    const auto started = std::chrono::steady_clock::now();
    std::vector<std::thread> machines;
    for (int i = 0; i < kThreads; ++i)
        machines.emplace_back([&, i] {
            auto own = FleetStore::open();
            for (;;) {
                auto mine = own->claim(row.id, "n" + std::to_string(i), kNow);
                if (!mine || !*mine || !own->renew(**mine, kNow) || !own->finish(**mine, measured("x"), kNow)) return;
                ++done;
            }
        });
    for (auto& machine : machines) machine.join();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    EXPECT_EQ(done, kJobs);
    fmt::print("{} machines: {:.0f} shards a second claimed, renewed once and ended\n", kThreads, done / seconds);
}

}  // namespace

}  // namespace diobench
