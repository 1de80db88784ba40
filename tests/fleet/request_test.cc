// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/fleet/request.h"

namespace diobench {

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string fault_of(const std::string& text) {
    auto request = parse_fleet_request(text, "/lab/request.toml");
    return request ? "" : request.error().message();
}

TEST(FleetRequest, ReadsARun) {
    auto request = parse_fleet_request("command = \"run\"\nkernels = [\"fallback\", \"dio\"]\nsuite = \"nightly\"\nwhere = \"io=direct\"\nseeds = 2\ntries = 5\n", "/lab/request.toml");
    ASSERT_TRUE(request) << request.error().message();
    EXPECT_EQ(request->tries, 5U);
    EXPECT_EQ(request->lease_s, 60U);
    EXPECT_THAT(command_words(*request, "/out"), ElementsAre("run", "--kernel", "fallback", "--kernel", "dio", "--suite", "nightly", "--where", "io=direct", "--seeds", "2", "--machine", "exact", "--seed", "1", "--out", "/out"));
}

TEST(FleetRequest, ReadsAGate) {
    auto request = parse_fleet_request("command = \"gate\"\nbaseline = \"dio\"\ncandidate = \"/lab/series\"\npolicy = \"gate.toml\"\n", "/lab/request.toml");
    ASSERT_TRUE(request) << request.error().message();
    EXPECT_EQ(request->seeds, 3U) << "as gate itself";
    EXPECT_EQ(request->policy, "/lab/gate.toml");
}

TEST(FleetRequest, ReadsAVerification) {
    auto request = parse_fleet_request("command = \"verify\"\nkernels = \"dio\"\ncases = \"data/*\"\n", "/lab/request.toml");
    ASSERT_TRUE(request) << request.error().message();
    EXPECT_THAT(command_words(*request, "/out"), ElementsAre("verify", "dio", "--case", "data/*", "--seed", "1", "--out", "/out"));
}

TEST(FleetRequest, ReadsANight) {
    auto request = parse_fleet_request("command = \"nightly\"\nconfig = \"nightly.toml\"\n", "/lab/request.toml");
    ASSERT_TRUE(request) << request.error().message();
    EXPECT_THAT(command_words(*request, "/out"), ElementsAre("nightly", "--config", "/lab/nightly.toml"));
}

TEST(FleetRequest, TellsAllFaultsAtOnce) {
    EXPECT_THAT(fault_of("command = \"run\"\nkernels = [\"dio\"]\nsiute = \"quick\"\nseeds = -1\nlease_s = 1\n"),
                AllOf(HasSubstr("request.toml:3: siute: unknown key"), HasSubstr("request.toml:4: seeds"), HasSubstr("request.toml:5: lease_s")));
}

TEST(FleetRequest, RefusesWhatItsCommandDoesNotTake) {
    EXPECT_THAT(fault_of("command = \"verify\"\nkernels = \"dio\"\nsuite = \"quick\"\n"), HasSubstr("request.toml:3: suite: unknown key"));
    EXPECT_THAT(fault_of("command = \"gate\"\nbaseline = \"dio\"\n"), HasSubstr("no \"candidate\""));
    EXPECT_THAT(fault_of("command = \"run\"\nkernels = \"dio\"\nrevision = \"v6.12\"\n"), HasSubstr("it needs tree"));
}

TEST(FleetRequest, OfAnUnknownCommandSaysOnlyThat) {
    const std::string fault = fault_of("command = \"rnu\"\nkernels = \"dio\"\n");
    EXPECT_THAT(fault, HasSubstr("'rnu': expected \"run\", \"verify\", \"gate\" or \"nightly\""));
    EXPECT_THAT(fault, testing::Not(HasSubstr("kernels")));
    EXPECT_THAT(fault_of("kernels = \"dio\"\n"), HasSubstr("no \"command\""));
}

}  // namespace

}  // namespace diobench
