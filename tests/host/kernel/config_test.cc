// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/config.h"

#include <gmock/gmock.h>

#include "bench/common/base/paths.h"
#include "bench/host/kernel/make.h"
#include "bench/host/kernel/object_count.h"
#include "bench/host/kernel/patch.h"
#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Config, FragmentsAreSymbolsAndComments) {
    auto symbols = parse_fragment("# a reason\n\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=\"x y\"\n", "f");
    ASSERT_TRUE(symbols);
    ASSERT_EQ(symbols->size(), 3u);
    EXPECT_EQ((*symbols)[1].name, "CONFIG_B");
    EXPECT_EQ((*symbols)[1].value, "n");
    EXPECT_EQ((*symbols)[1].line, 4);
    EXPECT_EQ(merged_config(*symbols), "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=\"x y\"\n");
    for (const char* bad : {"CONFIG_A y", "FOO=y", "CONFIG_A=", "config_a=y"}) {
        auto refused = parse_fragment(std::string("\n") + bad + "\n", "dir/f.config");
        ASSERT_FALSE(refused) << bad;
        EXPECT_THAT(refused.error().message(), AllOf(HasSubstr("dir/f.config:2"), HasSubstr(bad)));
    }
}

TEST(Config, MissingIsWhatDiffers) {
    auto wanted = *parse_fragment("CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_N=250\n# CONFIG_GONE is not set\n", "f.config");
    EXPECT_TRUE(missing_symbols(wanted, "CONFIG_N=250\nCONFIG_A=y\n# CONFIG_B is not set\n").empty());
    auto missing = missing_symbols(wanted, "CONFIG_N=100\nCONFIG_B=y\nCONFIG_AA=y\n");
    ASSERT_EQ(missing.size(), 3u);
    EXPECT_EQ(missing[0].message(), "CONFIG_A (f.config:1): wanted y, got n");
    EXPECT_EQ(missing[1].message(), "CONFIG_B (f.config:2): wanted n, got y");
    EXPECT_EQ(missing[2].message(), "CONFIG_N (f.config:3): wanted 250, got 100");
}

using ConfigFolder = FakeKernel;

TEST_F(ConfigFolder, FragmentsAreSortedAndMustAgree) {
    const auto dir = root() / "kernel-patches/config";
    write(dir / "20-z.config", "CONFIG_Z=y\nCONFIG_A=y\n");
    write(dir / "README", "not a fragment");
    auto symbols = requested_symbols(dir, {});
    ASSERT_TRUE(symbols);
    EXPECT_EQ(symbols->size(), 3u) << "asked for twice with one value is once";
    EXPECT_EQ(symbols->back().name, "CONFIG_Z");
    write(dir / "30-other.config", "# CONFIG_Z is not set\n");
    EXPECT_THAT(requested_symbols(dir, {}).error().message(), AllOf(HasSubstr("30-other.config:1"), HasSubstr("20-z.config:1")));
    EXPECT_FALSE(requested_symbols(scratch() / "none", {}));
}

TEST_F(ConfigFolder, TheProjectsOwnFragmentsAndSeriesAreWellFormed) {
    ::unsetenv("DIOBENCH_ROOT");
    auto symbols = requested_symbols(project_root() / "kernel-patches/config", {"x86"});
    ASSERT_TRUE(symbols) << symbols.error().message();
    EXPECT_GT(symbols->size(), 50u);
    auto series = list_series();
    ASSERT_TRUE(series) << series.error().message();
    EXPECT_FALSE(series->empty());
    for (const auto& s : *series) EXPECT_TRUE(resolve_series(s.name)) << s.name;
}

TEST_F(ConfigFolder, ObjectsAreCountedThroughFoldersAndComposites) {
    const auto dir = scratch() / "count-tree";
    write(dir / "Kbuild", "obj-y += fs/\nobj-$(CONFIG_OFF) += off/\nobj-y += arch/$(SRCARCH)/\n");
    write(dir / "fs/Makefile", "obj-y := a.o b.o \\\n   c.o\nobj-$(CONFIG_ON) += comp.o\ncomp-y := d.o e.o\ncomp-$(CONFIG_OFF) += f.o\nunused-y := g.o\n");
    write(dir / "off/Makefile", "obj-y := x.o\n");
    write(dir / "arch/x86/Kbuild", "obj-y += head.o\n");
    EXPECT_EQ(estimate_objects(dir, "x86", "CONFIG_ON=y\n# CONFIG_OFF is not set\n"), 3u + 3u + 1u);
    write(dir / "o/fs/.a.o.cmd", "deps := /src/fs/a.c /src/include/x.h\n");
    write(dir / "o/fs/.b.o.cmd", "deps := /src/fs/b.c\n");
    EXPECT_EQ(count_affected_objects(dir / "o", {"include/x.h"}), 1u);
    EXPECT_EQ(count_affected_objects(dir / "o", {"fs/a.c", "fs/b.c"}), 2u);
}

TEST(Make, LinesAndErrorsAreUnderstood) {
    EXPECT_EQ(object_of_line("  CC      fs/erofs/data.o"), "fs/erofs/data.o");
    EXPECT_EQ(object_of_line("  GEN     Makefile"), "");
    EXPECT_EQ(object_of_line("make: fs/erofs/data.o"), "");
    EXPECT_EQ(first_build_error("  CC      a.o\n/s/fs/a.c:12:3: warning: w\n/s/fs/a.c:13:4: error: 'x' undeclared\nmake[3]: *** [a.o] Error 1\n", "/s"),
              "fs/a.c:13:4: error: 'x' undeclared");
    EXPECT_EQ(first_build_error("ld: vmlinux.o: in function `f':\n/s/fs/a.c:(.text+0x1): undefined reference to `g'\nmake: *** [vmlinux] Error 1\n", "/s"),
              "fs/a.c:(.text+0x1): undefined reference to `g'");
    EXPECT_EQ(first_build_error("/s/a.h:1:10: fatal error: x.h: No such file or directory\n", "/s"), "a.h:1:10: fatal error: x.h: No such file or directory");
    EXPECT_EQ(first_build_error("x\nmake[2]: *** [scripts/Makefile.build:229: fs/a.o] Killed\n", "/s"), "make[2]: *** [scripts/Makefile.build:229: fs/a.o] Killed");
}

TEST(Patch, MentionedFilesAndFailures) {
    const std::string patch =
        "From 1 Mon Sep 17 00:00:00 2001\nSubject: x\n---\n fs/a.c | 2 +-\n\ndiff --git a/fs/a.c b/fs/a.c\n--- a/fs/a.c\n+++ b/fs/a.c\n"
        "@@ -10,2 +10,2 @@ int f(void)\n-x\n+y\n@@ -40,2 +40,2 @@\n-x\n+y\n"
        "diff --git a/old.h b/new.h\nrename from old.h\nrename to new.h\n--- /dev/null\n+++ b/../evil\n";
    EXPECT_THAT(mentioned_files(patch), ElementsAre("fs/a.c", "new.h", "old.h"));
    EXPECT_EQ(apply_failure("Checking patch fs/a.c...\nerror: while searching for:\nx\n\nerror: patch failed: fs/a.c:40\nerror: fs/a.c: patch does not apply\n", patch),
              "hunk 2 of fs/a.c (@@ -40,2 +40,2 @@) does not fit the source");
    EXPECT_EQ(apply_failure("error: fs/b.c: No such file or directory\n", patch), "fs/b.c: No such file or directory");
    EXPECT_EQ(apply_failure("error: No valid patches in input (allow with \"--allow-empty\")\n", ""), "No valid patches in input (allow with \"--allow-empty\")");
}
