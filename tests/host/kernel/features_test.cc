// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/features.h"

#include <gmock/gmock.h>
#include <set>

#include "bench/common/base/paths.h"
#include "bench/host/kernel/config.h"
#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

std::string texts(const std::vector<ConfigSymbol>& symbols) {
    std::string out;
    for (const auto& one : symbols) out += one.text() + "; ";
    return out;
}

std::vector<std::string> messages(const std::vector<MissingSymbol>& missing) {
    std::vector<std::string> out;
    for (const auto& one : missing) out.push_back(one.wanted.name);
    return out;
}

}  // namespace

TEST(Features, AWordIsWhole) {
    EXPECT_TRUE(has_words("x\nconfig A_B\n\tbool\n", "config A_B"));
    EXPECT_FALSE(has_words("config A_BC\n", "config A_B"));
    EXPECT_TRUE(has_words("config A_BC\nconfig A_B", "config A_B"));
    EXPECT_FALSE(has_words("reconfig A_B\n", "config A_B"));
    EXPECT_TRUE(has_words("f(\"directio\")", "\"directio\""));
}

TEST(Features, AReasonSaysSinceWhenOrUntilWhen) {
    const Feature fscache{"fscache", "EROFS over fscache", "fs/erofs/Kconfig", "config X", "5.19", "7.1"};
    EXPECT_EQ(absence_reason(fscache, "7.3.4"), "EROFS over fscache was removed in Linux 7.2");
    EXPECT_EQ(absence_reason(fscache, "5.10.3"), "EROFS over fscache came with Linux 5.19");
    EXPECT_EQ(absence_reason(fscache, "7.1.5"), "EROFS over fscache is not in this tree: fs/erofs/Kconfig has no \"config X\"");
}

using FeatureTree = FakeKernel;

TEST_F(FeatureTree, ATreeIsProbedAndRemembered) {
    write(root() / "kernel-patches/features.toml", "[[feature]]\nname = \"has\"\nwhat = \"A\"\nfile = \"a.c\"\ntext = \"int a0\"\nsince = \"6.1\"\n"
                                                   "[[feature]]\nname = \"lacks\"\nwhat = \"B\"\nfile = \"none.c\"\ntext = \"int b0\"\nsince = \"7.0\"\n");
    Progress progress("test", Progress::Shown::no);
    auto source = tree_source(tree(), "", progress);
    ASSERT_TRUE(source);
    auto absent = absent_features(*source);
    ASSERT_TRUE(absent) << absent.error().message();
    EXPECT_EQ(*absent, (AbsentFeatures{{"lacks", "B came with Linux 7.0"}}));
    fs::remove(source->tree / "a.c");
    EXPECT_EQ(*absent_features(*source), *absent) << "probed once";
    write(root() / "kernel-patches/features.toml", "[[feature]]\nname = \"has\"\nwhat = \"A\"\nfile = \"a.c\"\ntext = \"int a1\"\nsince = \"6.1\"\n");
    EXPECT_EQ(absent_features(*source)->count("has"), 1u) << "probed again once the table is another";
}

TEST_F(FeatureTree, AllFaultsOfTheTableAreToldAtOnce) {
    write(scratch() / "f.toml", "[[feature]]\nname = \"a\"\nwhat = \"A\"\nfile = \"a.c\"\nsince = \"six\"\n[[feature]]\nname = \"b\"\ncolour = \"red\"\n");
    EXPECT_THAT(known_features(scratch() / "f.toml").error().message(), AllOf(HasSubstr("f.toml:1"), HasSubstr("text is missing"), HasSubstr("since is wrong"), HasSubstr("colour")));
    write(scratch() / "f.toml", "feature = 1\n");
    EXPECT_THAT(known_features(scratch() / "f.toml").error().message(), HasSubstr("[[feature]]"));
}

TEST_F(FeatureTree, EveryFeatureThatIsNamedIsKnown) {
    ::unsetenv("DIOBENCH_ROOT");
    std::set<std::string> known = {""};
    auto table = known_features();
    ASSERT_TRUE(table) << table.error().message();
    for (const auto& one : *table) EXPECT_TRUE(known.insert(one.name).second) << one.name;
    auto symbols = requested_symbols(project_root() / "kernel-patches/config", {"x86", "uml", "checked"});
    ASSERT_TRUE(symbols) << symbols.error().message();
    for (const auto& one : *symbols) EXPECT_TRUE(known.contains(one.feature)) << one.name << ": " << one.feature;
}

TEST_F(FeatureTree, ABuildLeavesOutWhatItsTreeLacksAndSaysSo) {
    write(root() / "kernel-patches/features.toml", "[[feature]]\nname = \"lacks\"\nwhat = \"B\"\nfile = \"none.c\"\ntext = \"int b0\"\nsince = \"7.0\"\n");
    write(root() / "kernel-patches/config/00-base.config", "CONFIG_A=y\n\n#: feature lacks\nCONFIG_UNKNOWN_B=y\n");
    auto built = build("base");
    ASSERT_TRUE(built) << built.error().message();
    EXPECT_THAT(built->notes, ElementsAre("configured without feature lacks (B came with Linux 7.0): CONFIG_UNKNOWN_B"));
    EXPECT_THAT(built->config_lines, ElementsAre("CONFIG_A=y"));
    EXPECT_EQ(built->absent.count("lacks"), 1u);
    EXPECT_EQ(build("base")->notes, built->notes) << "from the cache as well";
    write(root() / "kernel-patches/config/00-base.config", "CONFIG_A=y\nCONFIG_UNKNOWN_B=y\n");
    auto refused = build("base");
    ASSERT_FALSE(refused) << "a symbol that no feature excuses";
    EXPECT_THAT(refused.error().message(), AllOf(HasSubstr("CONFIG_UNKNOWN_B"), HasSubstr("--allow-missing")));
}

TEST_F(FeatureTree, AnAllowedSymbolIsSaidAndNotRemembered) {
    write(root() / "kernel-patches/config/00-base.config", "CONFIG_A=y\nCONFIG_UNKNOWN_B=y\n");
    Progress progress("test", Progress::Shown::no);
    auto source = tree_source(tree(), "", progress);
    ASSERT_TRUE(source);
    BuildOptions options;
    options.allow_missing = {"UNKNOWN_B"};
    auto built = build_kernel(*source, "base", progress, options);
    ASSERT_TRUE(built) << built.error().message();
    EXPECT_THAT(built->notes, ElementsAre(AllOf(HasSubstr("CONFIG_UNKNOWN_B=y"), HasSubstr("--allow-missing"))));
    EXPECT_THAT(built->config_lines, ElementsAre("CONFIG_A=y"));
    EXPECT_FALSE(build("base")) << "the next one has to be allowed as well, cached or not";
}

TEST(ConfigHistory, LinesAreRead) {
    auto symbols = parse_fragment("# why\n#: feature f\nCONFIG_A=y\nCONFIG_B=y\n\n#: CONFIG_C since 7.0 or CONFIG_D=y: lazy\n#: CONFIG_E before 6.8: none\nCONFIG_C=y\nCONFIG_E=y\n", "f");
    ASSERT_TRUE(symbols) << symbols.error().message();
    EXPECT_EQ((*symbols)[1].feature, "f");
    EXPECT_EQ((*symbols)[2].feature, "") << "an empty line ends the group";
    ASSERT_EQ((*symbols)[2].history.size(), 1u);
    EXPECT_EQ((*symbols)[2].history[0].instead_name, "CONFIG_D");
    EXPECT_TRUE((*symbols)[2].history[0].holds_for({{7, 0, 1}}));
    EXPECT_FALSE((*symbols)[3].history[0].holds_for({{6, 8, 0}}));
    EXPECT_TRUE((*symbols)[3].history[0].holds_for({{6, 7, 9}}));
    for (const char* bad : {"#: CONFIG_A since 7.0\nCONFIG_A=y\n", "#: CONFIG_B since 7.0: r\nCONFIG_A=y\n", "#: CONFIG_A until 7.0: r\nCONFIG_A=y\n", "CONFIG_A=y\n#: feature f\n",
                            "#: feature f\n#: feature g\nCONFIG_A=y\n", "#: CONFIG_A since 7.0 or D: r\nCONFIG_A=y\n"})
        EXPECT_THAT(parse_fragment(bad, "dir/f").error().message(), HasSubstr("dir/f:")) << bad;
}

TEST(ConfigHistory, WhatATreeIsAskedForAndMayLack) {
    const auto symbols = *parse_fragment("#: CONFIG_V since 7.0 or CONFIG_L=y: lazy\nCONFIG_V=y\n\n#: CONFIG_P since 7.2: always on\nCONFIG_P=y\n\n#: feature f\nCONFIG_F=y\n", "x");
    auto old = config_for_tree(symbols, {}, "6.12.1");
    EXPECT_EQ(texts(old->symbols), "CONFIG_V=y; CONFIG_P=y; CONFIG_F=y; ");
    EXPECT_THAT(messages(check_config(*old, "6.12.1", {}, "CONFIG_F=y\n").missing), ElementsAre("CONFIG_V", "CONFIG_P")) << "history is of newer ones";
    auto young = config_for_tree(symbols, {{"f", "gone"}}, "7.3.4");
    EXPECT_EQ(texts(young->symbols), "CONFIG_V=y; CONFIG_L=y; CONFIG_P=y; ");
    EXPECT_THAT(young->left_out, ElementsAre("configured without feature f (gone): CONFIG_F"));
    const ConfigCheck lazy = check_config(*young, "7.3.4", {}, "CONFIG_L=y\n");
    EXPECT_THAT(lazy.missing, IsEmpty());
    EXPECT_THAT(lazy.lines, ElementsAre("CONFIG_L=y"));
    EXPECT_THAT(lazy.notes, ElementsAre("configured without CONFIG_V=y: CONFIG_L=y instead: lazy", "configured without CONFIG_P=y: always on"));
    const ConfigCheck voluntary = check_config(*young, "7.3.4", {}, "CONFIG_V=y\nCONFIG_P=y\n");
    EXPECT_THAT(voluntary.missing, IsEmpty()) << "an architecture that still has it";
    EXPECT_THAT(voluntary.notes, IsEmpty());
    EXPECT_THAT(messages(check_config(*young, "7.3.4", {}, "CONFIG_P=y\n").missing), ElementsAre("CONFIG_V", "CONFIG_L")) << "neither of the two";
    EXPECT_THAT(check_config(*young, "7.3.4", {"CONFIG_V", "L"}, "CONFIG_P=y\n").missing, IsEmpty());
}
