// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/series.h"

#include <gmock/gmock.h>

#include "bench/host/kernel/series_file.h"
#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::AllOf;
using ::testing::HasSubstr;

class SeriesFile : public FakeKernel {
protected:
    /// The error that series.toml with this text gives; empty if there is none.
    std::string error_of(const std::string& text) {
        write(root() / "kernel-patches/series/x/series.toml", text);
        write(root() / "kernel-patches/series/x/0001.patch", "patch");
        auto series = resolve_series("x");
        return series ? "" : series.error().message();
    }
    static constexpr const char* kGood = "name = \"x\"\npurpose = \"p\"\nbase = { min = \"6.12.7\", max = \"6.12.999\" }\n";
};

TEST_F(SeriesFile, EverythingIsRead) {
    EXPECT_EQ(error_of(std::string(kGood) + "requires = [\"base\"]\npatches = [\"0001.patch\"]\nrevises = \"base\"\n"
                                            "direct_io = \"refused\"\nfile_direct_io = \"direct\"\n[[known_failures]]\ncase = \"*sparse*\"\nreason = \"r\"\n"), "");
    auto x = load_series("x");
    ASSERT_TRUE(x);
    EXPECT_EQ(x->purpose, "p");
    EXPECT_EQ(x->base_min, "6.12.7");
    EXPECT_EQ(x->requires_series, std::vector<std::string>{"base"});
    EXPECT_EQ(x->patches, std::vector<fs::path>{root() / "kernel-patches/series/x/0001.patch"});
    EXPECT_EQ(x->revises, "base");
    EXPECT_EQ(x->direct_io, "refused");
    EXPECT_EQ(x->file_direct_io, "direct");
    EXPECT_EQ(declared_direct_io({*x}, &Series::file_direct_io), "direct");
    ASSERT_EQ(x->known_failures.size(), 1u);
    EXPECT_EQ(x->known_failures[0].case_glob, "*sparse*");
}

TEST_F(SeriesFile, MistakesNameFileLineKeyAndWhatIsRight) {
    const std::string good = std::string(kGood) + "patches = []\n";
    EXPECT_EQ(error_of(good), "");
    EXPECT_THAT(error_of(good + "colour = 1\n"), AllOf(HasSubstr("series.toml:5"), HasSubstr("unknown key colour"), HasSubstr("requires")));
    EXPECT_THAT(error_of(good + "[[known_failures]]\ncase = \"a\"\nreason = \"b\"\nwhy = 1\n"), AllOf(HasSubstr(":8"), HasSubstr("known_failures.why")));
    EXPECT_THAT(error_of(good + "[[known_failures]]\ncase = \"a\"\n"), HasSubstr("known_failures.reason is missing"));
    EXPECT_THAT(error_of(good + "[[known_failures]]\ncase = \"a\"\nreason = \"b\"\nonly = \"kvm\"\n"), HasSubstr("known_failures.only = \"kvm\" is wrong: expected \"smp\" (verify --smp)"));
    EXPECT_EQ(error_of(good + "[[known_failures]]\ncase = \"a\"\nreason = \"b\"\nonly = \"smp\"\n"), "");
    EXPECT_THAT(error_of(good + "file_direct_io = \"yes\"\n"), AllOf(HasSubstr(":5"), HasSubstr("file_direct_io = \"yes\" is wrong"), HasSubstr("\"refused\"")));
    EXPECT_THAT(error_of(kGood), HasSubstr("patches is missing"));
    EXPECT_THAT(error_of(std::string(kGood) + "patches = [\"0002.patch\"]\n"), AllOf(HasSubstr(":4"), HasSubstr("0002.patch"), HasSubstr("a file in the folder")));
    EXPECT_THAT(error_of(std::string(kGood) + "patches = [\"../x/0001.patch\"]\n"), HasSubstr("a file in the folder"));
    EXPECT_THAT(error_of(std::string(kGood) + "patches = \"0001.patch\"\n"), HasSubstr("patches is wrong"));
    EXPECT_THAT(error_of("name = \"y\"\npurpose = \"p\"\nbase = { min = \"6.1\", max = \"6.2\" }\npatches = []\n"), AllOf(HasSubstr(":1"), HasSubstr("\"y\""), HasSubstr("folder's name, \"x\"")));
    EXPECT_THAT(error_of("name = 5\npurpose = \"p\"\nbase = { min = \"6.1\", max = \"6.2\" }\npatches = []\n"), AllOf(HasSubstr(":1"), HasSubstr("name is wrong")));
    EXPECT_THAT(error_of("name = \"x\"\npurpose = \"p\"\nbase = { min = \"6.3\", max = \"6.2\" }\npatches = []\n"), AllOf(HasSubstr(":3"), HasSubstr("base.max"), HasSubstr("not before")));
    EXPECT_THAT(error_of("name = \"x\"\npurpose = \"p\"\nbase = { min = \"six\", max = \"6.2\" }\npatches = []\n"), AllOf(HasSubstr("base.min"), HasSubstr("6.12.7")));
    EXPECT_THAT(error_of("name = \"x\"\npurpose = \"p\"\nbase = { min = \"6.1\", maximum = \"6.2\" }\npatches = []\n"), HasSubstr("base.max is missing"));
    EXPECT_THAT(error_of("name = \"x\"\npurpose = \"p\"\npatches = []\n"), HasSubstr("base is missing"));
    EXPECT_THAT(error_of("name = \"x\"\npurpose = \n"), HasSubstr("series.toml:2"));
    EXPECT_THAT(error_of(good + "requires = [\"nothing-of-this-name\"]\n"), AllOf(HasSubstr("nothing-of-this-name"), HasSubstr("base")));
}

TEST_F(SeriesFile, RequirementsComeFirstOnceAndCirclesAreShown) {
    add_series("a", "requires = [\"base\"]\n", {});
    add_series("b", "requires = [\"a\", \"base\"]\n", {});
    add_series("c", "requires = [\"b\", \"a\"]\n", {});
    auto chain = resolve_series("c");
    ASSERT_TRUE(chain) << chain.error().message();
    std::vector<std::string> names;
    for (const auto& s : *chain) names.push_back(s.name);
    EXPECT_THAT(names, ::testing::ElementsAre("base", "a", "b", "c"));
    EXPECT_EQ(list_series()->size(), 4u);
    add_series("a", "requires = [\"c\"]\n", {});
    EXPECT_THAT(resolve_series("c").error().message(), HasSubstr("c requires b requires a requires c"));
}

TEST_F(SeriesFile, AFolderElsewhereAndItsSiblings) {
    const auto mine = scratch() / "mail/mine";
    write(mine / "series.toml", "name = \"mine\"\npurpose = \"p\"\nbase = { min = \"6.1\", max = \"7.0\" }\nrequires = [\"sibling\", \"base\"]\npatches = []\n");
    write(scratch() / "mail/sibling/series.toml", "name = \"sibling\"\npurpose = \"p\"\nbase = { min = \"6.1\", max = \"7.0\" }\npatches = []\n");
    auto chain = resolve_series(mine.string() + "/");
    ASSERT_TRUE(chain) << chain.error().message();
    EXPECT_EQ(chain->front().folder, scratch() / "mail/sibling");
    EXPECT_EQ(chain->back().folder, mine);
    EXPECT_EQ(chain->size(), 3u);
    EXPECT_THAT(resolve_series("mine").error().message(), AllOf(HasSubstr("mine"), HasSubstr("base")));
    EXPECT_THAT(resolve_series(scratch().string() + "/mail").error().message(), HasSubstr("series.toml"));
}

TEST(KernelVersions, AreComparedByNumber) {
    EXPECT_LT(*parse_kernel_version("6.9"), *parse_kernel_version("6.12"));
    EXPECT_LT(*parse_kernel_version("6.12.9"), *parse_kernel_version("6.12.117"));
    EXPECT_EQ(*parse_kernel_version("6.13.0-rc3"), *parse_kernel_version("6.13"));
    for (const char* bad : {"", "6", "6.12.1.1", "6.x", "6.12.", "-6.12", "6.-1"}) EXPECT_FALSE(parse_kernel_version(bad)) << bad;
    EXPECT_EQ(*makefile_version("VERSION = 6\nPATCHLEVEL = 13\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\n", ""), "6.13.0-rc3");
    EXPECT_FALSE(makefile_version("all:\n\techo\n", "x"));
}

TEST_F(SeriesFile, AVariantIsForOtherKernels) {
    const std::string good = std::string(kGood) + "patches = [\"0001.patch\"]\n[[known_failures]]\ncase = \"a\"\nreason = \"r\"\n";
    write(root() / "kernel-patches/series/x/6.1/0001.patch", "other");
    ASSERT_EQ(error_of(good + "[[variant]]\nbase = { min = \"6.1.0\", max = \"6.1.999\" }\npatches = [\"6.1/0001.patch\"]\n"
                              "[[variant.known_failures]]\ncase = \"b\"\nreason = \"r\"\n[[variant]]\nbase = { min = \"7.0\", max = \"7.999\" }\npatches = []\nreason = \"none\"\n"), "");
    auto at = [&](const std::string& version) {
        auto chain = *resolve_series("x");
        auto chosen = choose_variants(chain, version);
        return chosen ? chain.back() : Series{};
    };
    EXPECT_EQ(load_series("x")->bases(), "6.12.7 to 6.12.999, 6.1.0 to 6.1.999, 7.0 to 7.999");
    EXPECT_EQ(at("6.12.50").patches.at(0).parent_path().filename(), "x");
    EXPECT_EQ(at("6.1.192").patches.at(0).parent_path().filename(), "6.1");
    EXPECT_EQ(at("6.1.192").known_failures.at(0).case_glob, "b");
    EXPECT_EQ(at("6.1.192").base_max, "6.1.999");
    EXPECT_TRUE(at("7.3.4").patches.empty());
    EXPECT_TRUE(at("7.3.4").known_failures.empty());
    EXPECT_EQ(at("6.6.1").name, "") << "for none of them";
}

TEST_F(SeriesFile, AVariantIsHeldToTheSameRules) {
    const std::string good = std::string(kGood) + "patches = [\"0001.patch\"]\n";
    EXPECT_THAT(error_of(good + "[[variant]]\nbase = { min = \"6.12.1\", max = \"6.12.7\" }\npatches = [\"0001.patch\"]\n"), HasSubstr("neither the series itself"));
    EXPECT_THAT(error_of(good + "[[variant]]\nbase = { min = \"6.1\", max = \"6.2\" }\npatches = []\n"), HasSubstr("a reason"));
    EXPECT_THAT(error_of(good + "[[variant]]\nbase = { min = \"6.1\", max = \"6.2\" }\n"), HasSubstr("variant.patches is missing"));
    EXPECT_THAT(error_of(good + "[[variant]]\npatches = [\"no.patch\"]\ncolour = 1\n"),
                AllOf(HasSubstr("variant.base is missing"), HasSubstr("no.patch"), HasSubstr("variant.colour")));
}

TEST_F(SeriesFile, WhatIsWrittenIsReadBack) {
    write(root() / "kernel-patches/series/x/6.1/0001.patch", "other");
    ASSERT_EQ(error_of(std::string(kGood) + "patches = [\"0001.patch\"]\n[[variant]]\nbase = { min = \"6.1.0\", max = \"6.1.999\" }\npatches = [\"6.1/0001.patch\"]\n"
                       "[[variant.known_failures]]\ncase = \"b\"\nreason = \"r\"\n"), "");
    const std::string text = series_file_text(*load_series("x"));
    write(root() / "kernel-patches/series/x/series.toml", text);
    auto again = load_series("x");
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(series_file_text(*again), text);
    EXPECT_EQ(again->variants.at(0).patches.at(0), root() / "kernel-patches/series/x/6.1/0001.patch");
}
