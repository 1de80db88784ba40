// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/host/run/shared_boots.h"

namespace diobench {
namespace {

class SharedBootsTest : public testing::Test {
protected:
    BootReport booted(const BootPlace& place) {
        EXPECT_TRUE(make_directories(place.console.parent_path()));
        EXPECT_TRUE(write_file_atomic(place.console, "Linux version 6.12\n"));
        if (!place.profile.empty()) {
            EXPECT_TRUE(make_directories(place.profile.parent_path()));
            EXPECT_TRUE(write_file_atomic(place.profile, "region 1\n"));
        }
        BootReport report;
        report.result.outcome = BootOutcome::ok;
        report.result.complete = true;
        report.result.console_log = place.console;
        report.records = {{{"type", "cell"}, {"cell", "a"}, {"status", "ok"}}};
        return report;
    }
    [[nodiscard]] BootPlace place(const std::string& run, bool profiled) const {
        const fs::path root = directory_->path() / run;
        return {root / "logs/dio-ram.console.txt", profiled ? root / "profile/dio/ram.txt" : fs::path()};
    }
    Result<TempDirectory> directory_ = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    SharedBoots boots_{directory_->path() / "boots", "this machine"};
};

TEST_F(SharedBootsTest, TheSameBootComesBackWithItsFiles) {
    const auto first = place("first", true), second = place("second", true);
    const BootReport report = booted(first);
    ASSERT_TRUE(boots_.keep("key", first, report));
    BootReport again;
    ASSERT_TRUE(make_directories(second.console.parent_path()));
    ASSERT_TRUE(boots_.restore("key", second, again));
    EXPECT_EQ(again.records, report.records);
    EXPECT_TRUE(again.result.usable());
    EXPECT_EQ(again.result.console_log, second.console);
    EXPECT_EQ(read_file(second.console).value(), "Linux version 6.12\n");
    EXPECT_EQ(read_file(second.profile).value(), "region 1\n");
}

TEST_F(SharedBootsTest, AnotherKeyMachineOrABootThatWasNotCountedIsNone) {
    const auto counted = place("first", true), not_counted = place("plain", false);
    ASSERT_TRUE(boots_.keep("key", not_counted, booted(not_counted)));
    BootReport again;
    EXPECT_FALSE(boots_.restore("other key", not_counted, again));
    EXPECT_FALSE(SharedBoots(directory_->path() / "boots", "other QEMU").restore("key", not_counted, again));
    EXPECT_FALSE(boots_.restore("key", counted, again));
    EXPECT_TRUE(boots_.restore("key", not_counted, again));
}

TEST_F(SharedBootsTest, ABootThatWentWrongIsNotKept) {
    const auto at = place("first", false);
    BootReport failed = booted(at);
    failed.records.push_back({{"type", "cell"}, {"cell", "b"}, {"status", "failed"}});
    ASSERT_TRUE(boots_.keep("key", at, failed));
    BootReport died = booted(at);
    died.result.complete = false;
    died.result.outcome = BootOutcome::hang;
    ASSERT_TRUE(boots_.keep("key", at, died));
    BootReport again;
    EXPECT_FALSE(boots_.restore("key", at, again));
}

TEST_F(SharedBootsTest, TheOldestGo) {
    const auto at = place("first", false);
    const BootReport report = booted(at);
    for (size_t i = 0; i < SharedBoots::kMostBoots + 5; ++i) ASSERT_TRUE(boots_.keep(std::to_string(i), at, report));
    const auto left = std::distance(fs::directory_iterator(directory_->path() / "boots"), fs::directory_iterator());
    EXPECT_EQ(static_cast<size_t>(left), SharedBoots::kMostBoots);
    BootReport again;
    EXPECT_TRUE(boots_.restore(std::to_string(SharedBoots::kMostBoots + 4), at, again));
}

}  // namespace
}  // namespace diobench
