// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/clock_file.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

namespace diobench {
namespace {

using testing::HasSubstr;

/// As bench/verdict/calibrate writes it, as far as the store looks at it; nothing of it was measured.
nlohmann::ordered_json made_up_clock() {
    return nlohmann::ordered_json::parse(R"({"schema_version": 1, "confidence": 0.95, "host": {"cpu": "a processor", "cpus": 2},
        "clocks": [{"machine": "uml", "summaries": [
            {"exact_clock": "counted", "family": "all", "ratios": 40, "judged": 32, "agree": 30, "agree_share": {"low": 0.792, "high": 0.992},
             "median_factor": 1.384, "median_factor_interval": {"low": 1.21, "high": 1.523}},
            {"exact_clock": "counted", "family": "arm / arm", "ratios": 1, "judged": 1, "agree": 0, "agree_share": {"low": 0, "high": 1},
             "median_factor": 9, "median_factor_interval": {"low": null, "high": null}}]},
          {"machine": "kvm", "summaries": []}]})");
}

class ClockFile : public testing::Test {
protected:
    void SetUp() override {
        auto folder = TempDirectory::create(testing::TempDir(), "clock-file");
        ASSERT_TRUE(folder);
        folder_.emplace(std::move(*folder));
        ASSERT_TRUE(make_directories(folder_->path() / "cache"));
        ASSERT_TRUE(make_directories(folder_->path() / "run"));
        ::setenv("DIOBENCH_CACHE", (folder_->path() / "cache").c_str(), 1);
    }
    void TearDown() override { ::unsetenv("DIOBENCH_CACHE"); }
    fs::path run() const { return folder_->path() / "run"; }

    std::optional<TempDirectory> folder_;
};

TEST_F(ClockFile, IsKeptForTheHostItWasMadeOn) {
    HostInfo host;
    host.cpu = "a processor";
    host.cpus = 2;
    ASSERT_TRUE(copy_clock(host, run()));
    EXPECT_FALSE(fs::exists(run() / kClockFileName)) << "there is none";
    ASSERT_TRUE(keep_clock(made_up_clock()));
    HostInfo other = host;
    other.cpu = "another processor";
    ASSERT_TRUE(copy_clock(other, run()));
    EXPECT_FALSE(fs::exists(run() / kClockFileName));
    host.kernel = "another kernel is no other stopwatch";
    ASSERT_TRUE(copy_clock(host, run()));
    EXPECT_EQ(nlohmann::ordered_json::parse(*read_file(run() / kClockFileName)), made_up_clock());
}

TEST_F(ClockFile, SaysInASentenceWhatAStopwatchSays) {
    EXPECT_EQ(stopwatch_sentence_of(run()).value(), "No stopwatch has been held against these numbers: diobench calibrate --clock");
    ASSERT_TRUE(write_clock(run(), made_up_clock()));
    EXPECT_EQ(stopwatch_sentence_of(run()).value(), "A stopwatch on this host (uml) names the same side as faster in 30 of 32 comparisons (95 %: 79 to 99 %), ratios apart by a factor of 1.38 in the median (1.21 to 1.52)");
    auto two = made_up_clock();
    two["clocks"][1] = two["clocks"][0];
    two["clocks"][1]["machine"] = "host";
    EXPECT_THAT(stopwatch_sentence(two), HasSubstr("; one (host) names the same side as faster in 30 of 32"));
}

TEST_F(ClockFile, OfAnotherVersionIsAnError) {
    auto clock = made_up_clock();
    clock["schema_version"] = 2;
    ASSERT_TRUE(write_clock(run(), clock));
    EXPECT_THAT(stopwatch_sentence_of(run()).error().message(), HasSubstr("another version"));
    clock["schema_version"] = 1;
    clock.erase("clocks");
    ASSERT_TRUE(write_clock(run(), clock));
    EXPECT_FALSE(stopwatch_sentence_of(run()));
    ASSERT_TRUE(write_file_atomic(run() / kClockFileName, "{"));
    EXPECT_FALSE(stopwatch_sentence_of(run()));
}

}  // namespace
}  // namespace diobench
