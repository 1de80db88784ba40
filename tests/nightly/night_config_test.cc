// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/nightly/night_config.h"

namespace diobench {
namespace {

using testing::HasSubstr;

Result<NightConfig> parsed(const std::string& text) { return parse_night_config(text, "/etc/night.toml"); }

std::string error_of(const std::string& text) {
    auto config = parsed(text);
    return config ? "accepted" : config.error().message();
}

TEST(NightConfig, ANameOfAKernelIsEnough) {
    auto config = parsed("[[kernel]]\nseries = \"dio\"\n");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_EQ(config->suite, "nightly");
    EXPECT_EQ(config->seeds, 5u);
    EXPECT_EQ(config->machine, MachineKind::exact);
    EXPECT_EQ(config->output, "/etc/nights");
    EXPECT_EQ(config->kernels.at(0).series, "dio");
    EXPECT_TRUE(config->kernels.at(0).verify);
    EXPECT_TRUE(config->notice.command.empty());
}

TEST(NightConfig, RelativePathsStartAtTheFile) {
    auto config = parsed("output = \"../var/n\"\n[[kernel]]\nseries = \"./mine\"\n[source]\ntree = \"linux\"\n[export]\ntextfile = \"x.prom\"\n");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_EQ(config->output, "/var/n");
    EXPECT_EQ(config->kernels.at(0).series, "/etc/mine");
    EXPECT_EQ(config->tree, "/etc/linux");
    EXPECT_EQ(config->textfile, "/etc/x.prom");
}

TEST(NightConfig, ListsAreFollowedFromWhereTheFileLies) {
    auto config = parsed("[[kernel]]\nseries = \"dio\"\n[follow]\narchives = [\"lists/erofs.git\", \"/srv/all.mbox\"]\ninterest = \"mine.toml\"\n");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_THAT(config->lists, testing::ElementsAre("/etc/lists/erofs.git", "/srv/all.mbox"));
    EXPECT_EQ(config->interest, "/etc/mine.toml");
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\n[follow]\narchives = []\n"), HasSubstr("archives"));
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\n[follow]\ninterest = \"mine.toml\"\n"), HasSubstr("archives"));
}

TEST(NightConfig, ASourceIsATreeOrDebians) {
    auto config = parsed("[[kernel]]\nseries = \"dio\"\n[source]\ndebian = \"6.12\"\n");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_EQ(config->debian, "6.12");
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\n[source]\ndebian = \"6.12\"\ntree = \"linux\"\n"), HasSubstr("/etc/night.toml:5: tree: debian is a source of its own"));
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\n[source]\nfetch = \"origin\"\n"), HasSubstr("tree"));
}

TEST(NightConfig, WhatIsWrongIsNamedWithItsLine) {
    EXPECT_THAT(error_of(""), HasSubstr("names no kernel"));
    EXPECT_THAT(error_of("seed = 0\n[[kernel]]\nseries = \"dio\"\n"), HasSubstr("/etc/night.toml:1: seed"));
    EXPECT_THAT(error_of("sedes = 3\n[[kernel]]\nseries = \"dio\"\n"), HasSubstr("/etc/night.toml:1: sedes: unknown key"));
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\nagaints = \"last-good\"\n"), HasSubstr("/etc/night.toml:3: againts: unknown key"));
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\nagainst = \"v1\"\n"), HasSubstr("'v1' is no other kernel of this night"));
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\nagainst = \"dio\"\n"), HasSubstr("no other kernel"));
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"a/dio\"\n[[kernel]]\nseries = \"dio\"\n"), HasSubstr("is there twice"));
    EXPECT_THAT(error_of("machine = \"uml\"\n[[kernel]]\nseries = \"dio\"\nagainst = \"last-good\"\n"), HasSubstr("needs machine \"exact\""));
    EXPECT_THAT(error_of("machine = \"host\"\n[[kernel]]\nseries = \"dio\"\n"), HasSubstr("/etc/night.toml:1: machine"));
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\n[export]\ntextfile = \"x.txt\"\n"), HasSubstr(".prom"));
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\n[notify]\nwhen = \"never\"\ncommand = \"mail\"\n"), HasSubstr("when"));
    EXPECT_THAT(error_of("[[kernel]]\nseries = \"dio\"\n[notify]\nwhen = \"red\"\n"), HasSubstr("command"));
}

TEST(NightConfig, AllThatIsWrongIsToldAtOnce) {
    EXPECT_THAT(error_of("seed = 0\nsedes = 3\nmachine = \"x\"\n[[kernel]]\nagainst = 1\n[[kernel]]\nseries = \"dio\"\nx = 1\n[export]\ntextfile = \"x.txt\"\n[keep]\ndays = -1\n"),
                testing::AllOf(HasSubstr(":1: seed"), HasSubstr(":2: sedes"), HasSubstr(":3: machine"), HasSubstr("has no \"series\""), HasSubstr(":5: against"), HasSubstr(":8: x: unknown key"),
                               HasSubstr(":10: textfile"), HasSubstr(":12: days")));
}

TEST(NightConfig, TheShippedOneIsRight) {
    auto config = read_night_config(fs::path(DIOBENCH_TEST_DATA).parent_path().parent_path().parent_path() / "nightly.toml");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_EQ(config->kernels.back().against, kLastGood);
}

}  // namespace
}  // namespace diobench
