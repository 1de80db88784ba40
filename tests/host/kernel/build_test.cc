// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/build.h"

#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/common/digest/sha256.h"
#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Build = FakeKernel;

TEST_F(Build, SameContentIsCompiledOnce) {
    std::string compiled;
    auto first = build_counting("base", compiled);
    EXPECT_EQ(compiled, "a b c");
    EXPECT_THAT(image_of(first), AllOf(HasSubstr("int a0;"), HasSubstr("int c9;"), HasSubstr("CONFIG_A=y")));
    EXPECT_FALSE(first->cached);
    EXPECT_EQ(first->base_version, "6.12.50");
    EXPECT_EQ(first->image_sha256, sha256_hex(image_of(first)));

    auto second = build_counting("base", compiled);
    EXPECT_EQ(compiled, "");
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->cached);
    EXPECT_EQ(second->image_sha256, first->image_sha256);
    EXPECT_EQ(second->build_seconds, first->build_seconds);
}

TEST_F(Build, AnotherSeriesCompilesWhatDiffersAndBackAgain) {
    add_series("one", "", {{"0001.patch", patch_of("b.c", "int b4;", "int patched_b4;")}});
    add_series("two", "requires = [\"one\"]\n", {{"0001.patch", patch_of("c.c", "int c4;", "int patched_c4;")}});
    std::string compiled;
    auto base = build_counting("base", compiled);
    auto two = build_counting("two", compiled);
    EXPECT_EQ(compiled, "b c");
    EXPECT_THAT(image_of(two), AllOf(HasSubstr("patched_b4"), HasSubstr("patched_c4"), Not(HasSubstr("int b4;"))));
    EXPECT_THAT(two->series, ::testing::ElementsAre("one", "two"));
    ASSERT_TRUE(two);
    auto one = build_counting("one", compiled);
    EXPECT_EQ(compiled, "c");
    EXPECT_THAT(image_of(one), AllOf(HasSubstr("patched_b4"), HasSubstr("int c4;")));
    auto kernels = list_kernels();
    ASSERT_TRUE(kernels);
    for (const auto& entry : *kernels) {
        if (entry.kernel.name == "base") {
            ASSERT_TRUE(remove_kernel(entry.key));
        }
    }
    auto again = build_counting("base", compiled);
    EXPECT_EQ(compiled, "b");
    EXPECT_EQ(again->image_sha256, base->image_sha256);
}

TEST_F(Build, WhatAMachineNeedsIsInEveryImageAndInNoArm) {
    auto plain = build("base");
    ASSERT_TRUE(plain);
    const fs::path folder = root() / "kernel-patches/machines/exact";
    auto add = [&](const std::string& name, const std::string& min, const std::string& max, const std::string& patch) {
        write(folder / name / "0001.patch", patch);
        write(folder / name / "series.toml", "name = \"" + name + "\"\npurpose = \"test\"\nbase = { min = \"" + min + "\", max = \"" + max + "\" }\npatches = [\"0001.patch\"]\n");
    };
    add("clock", "6.12.1", "6.12.999", patch_of("b.c", "int b4;", "int machine_b4;"));
    add("older", "6.1", "6.1.999", "of another version\n");
    add_series("one", "", {{"0001.patch", patch_of("c.c", "int c4;", "int patched_c4;")}});
    auto base = build("base");
    auto one = build("one");
    ASSERT_TRUE(base) << base.error().message();
    ASSERT_TRUE(one) << one.error().message();
    EXPECT_THAT(image_of(base), HasSubstr("machine_b4"));
    EXPECT_THAT(image_of(one), AllOf(HasSubstr("machine_b4"), HasSubstr("patched_c4")));
    // A kernel of its own in the cache, and the same arm.
    EXPECT_FALSE(base->cached);
    EXPECT_EQ(base->patch_sha256, plain->patch_sha256);
    EXPECT_THAT(base->series, ::testing::ElementsAreArray(plain->series));
    EXPECT_THAT(one->series, ::testing::ElementsAre("one"));
}

TEST_F(Build, PatchesMayAddDeleteAndRename) {
    write(tree() / "sub/old.c", "int old;\n");
    const char* patch =
        "diff --git a/sub/old.c b/new.c\nsimilarity index 100%\nrename from sub/old.c\nrename to new.c\n"
        "diff --git a/added.c b/added.c\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/added.c\n@@ -0,0 +1 @@\n+int added;\n"
        "diff --git a/a.c b/a.c\ndeleted file mode 100644\n--- a/a.c\n+++ /dev/null\n@@ -1,10 +0,0 @@\n"
        "-int a0;\n-int a1;\n-int a2;\n-int a3;\n-int a4;\n-int a5;\n-int a6;\n-int a7;\n-int a8;\n-int a9;\n";
    add_series("files", "", {{"0001.patch", patch}});
    auto base = build("base");
    auto files = build("files");
    EXPECT_THAT(image_of(files), AllOf(HasSubstr("int added;"), HasSubstr("int old;"), Not(HasSubstr("int a0;"))));
    auto back = build("base", true);
    EXPECT_THAT(image_of(back), AllOf(HasSubstr("int a0;"), Not(HasSubstr("int added;")), Not(HasSubstr("int old;"))));
    EXPECT_EQ(back->image_sha256, base->image_sha256);
    EXPECT_EQ(*read_file(tree() / "a.c"), lines("a"));
}

TEST_F(Build, AHeaderRecompilesAllAndSoDoesAConfiguration) {
    add_series("header", "", {{"0001.patch", patch_of("common.h", "// common", "// changed")}});
    std::string compiled;
    ASSERT_TRUE(build("base"));
    EXPECT_THAT(image_of(build_counting("header", compiled)), HasSubstr("// changed"));
    EXPECT_EQ(compiled, "a b c");
    write(root() / "kernel-patches/config/10-more.config", "# a reason\nCONFIG_MORE=y\n");
    EXPECT_THAT(image_of(build_counting("header", compiled)), HasSubstr("CONFIG_MORE=y"));
    EXPECT_EQ(compiled, "") << "kbuild, not we, says what a symbol affects";
    write(root() / "kernel-patches/config/10-more.config", "# a better reason\nCONFIG_MORE=y\n");
    EXPECT_TRUE(build("header")->cached) << "a comment is no new kernel";
}

TEST_F(Build, DroppedSymbolNamesFragmentAndLine) {
    write(root() / "kernel-patches/config/20-x.config", "# why\nCONFIG_UNKNOWN_SYMBOL=y\n");
    auto built = build("base");
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().code, ExitCode::usage);
    EXPECT_THAT(built.error().message(), AllOf(HasSubstr("CONFIG_UNKNOWN_SYMBOL"), HasSubstr("20-x.config:2"), HasSubstr("wanted y, got n")));
    fs::remove(root() / "kernel-patches/config/20-x.config");
    EXPECT_TRUE(build("base"));
}

TEST_F(Build, PatchThatDoesNotApplyNamesFileAndHunk) {
    std::string patch = patch_of("b.c", "int b4;", "int patched;");
    patch.replace(patch.find(" int b2;"), 8, " int zz;");
    add_series("bad", "", {{"0001-bad.patch", patch}});
    auto built = build("bad");
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().code, ExitCode::usage);
    EXPECT_THAT(built.error().message(), AllOf(HasSubstr("0001-bad.patch"), HasSubstr("hunk 1 of b.c"), HasSubstr(".log")));
    EXPECT_TRUE(build("base"));
}

TEST_F(Build, PatchesStayInsideTheTree) {
    const char* outside = "--- a/../../evil.c\n+++ b/../../evil.c\n@@ -0,0 +1 @@\n+int evil;\n";
    const char* link = "diff --git a/link b/link\nnew file mode 120000\n--- /dev/null\n+++ b/link\n@@ -0,0 +1 @@\n+/tmp\n\\ No newline at end of file\n";
    add_series("outside", "", {{"0001.patch", outside}});
    add_series("link", "", {{"0001.patch", link}});
    EXPECT_FALSE(build("outside"));
    EXPECT_FALSE(build("link"));
    for (const auto& entry : fs::recursive_directory_iterator(scratch())) EXPECT_NE(entry.path().filename(), "evil.c");
    EXPECT_TRUE(build("base"));
}

TEST_F(Build, PatchThroughALinkOfTheTreeIsRefused) {
    fs::create_directories(scratch() / "elsewhere");
    fs::create_directory_symlink(scratch() / "elsewhere", tree() / "door");
    add_series("door", "", {{"0001.patch", "--- /dev/null\n+++ b/door/sub/x.c\n@@ -0,0 +1 @@\n+int x;\n"}});
    auto built = build("door");
    ASSERT_FALSE(built);
    EXPECT_THAT(built.error().message(), HasSubstr("symbolic link"));
    EXPECT_TRUE(fs::is_empty(scratch() / "elsewhere"));
}

TEST_F(Build, CompileErrorIsShownWithFileLineAndLog) {
    add_series("broken", "", {{"0001.patch", patch_of("b.c", "int b4;", "int b4 = nonsense;")}});
    auto built = build("broken");
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().code, ExitCode::usage);
    EXPECT_THAT(built.error().message(), AllOf(HasSubstr("b.c:5:"), HasSubstr("nonsense"), Not(HasSubstr("/source/b.c")), HasSubstr(".log")));
    auto log = built.error().message();
    log = log.substr(log.rfind(' ') + 1);
    EXPECT_THAT(read_file(log).value_or(""), HasSubstr("nonsense"));
    EXPECT_TRUE(list_kernels()->empty());
    EXPECT_THAT(image_of(build("base")), HasSubstr("int b4;"));
}

TEST_F(Build, DamagedCacheIsNoticedAndMadeAgain) {
    auto first = build("base");
    ASSERT_TRUE(first);
    for (const char* name : {"bzImage", "System.map", "config"}) {
        write(first->image.parent_path() / name, "damaged");
        auto again = build("base");
        ASSERT_TRUE(again);
        EXPECT_FALSE(again->cached) << name;
        EXPECT_EQ(image_of(again), image_of(build("base")));
        EXPECT_EQ(again->image_sha256, first->image_sha256);
    }
    write(first->image.parent_path() / "build.json", "{\"half\": ");
    EXPECT_FALSE(build("base")->cached);
    EXPECT_TRUE(build("base")->cached);
    fs::remove(first->image);
    EXPECT_FALSE(build("base")->cached);
    EXPECT_TRUE(build("base")->cached);
}

TEST_F(Build, KillInTheMiddleLosesOnlyWhatWasNotFinished) {
    auto whole = build("base");
    ASSERT_TRUE(whole);
    const std::string expected = image_of(whole);
    add_series("one", "", {{"0001.patch", patch_of("common.h", "// common", "// changed")}});

    const fs::path hang = scratch() / "hangs";
    const fs::path objects = work_tree() / "objects";
    for (const char* name : {".a.o.cmd", ".c.o.cmd"}) fs::remove(objects / name);
    pid_t child = ::fork();
    if (child == 0) {
        ::setenv("FAKE_HANG", hang.c_str(), 1);
        auto r = build("one");
        ::_exit(r ? 0 : 1);
    }
    while (!fs::exists(hang) || !fs::exists(objects / ".a.o.cmd") || !fs::exists(objects / ".c.o.cmd"))
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    // A "compiler" still sleeps and will exit 0 beside its half-written object.
    std::string compiled;
    auto one = build_counting("one", compiled);
    EXPECT_EQ(compiled, "b");
    EXPECT_THAT(image_of(one), AllOf(Not(HasSubstr("half")), HasSubstr("// changed"), HasSubstr("int a0;")));
    EXPECT_EQ(image_of(build("base", true)), expected);
}

TEST_F(Build, NothingIsTrustedAfterTheHostCrashed) {
    ASSERT_TRUE(build("base"));
    const fs::path objects = work_tree() / "objects";
    // As a crash leaves it: a list of another boot, and an object that lost its content.
    write(work_tree() / "make-is-running", "another-boot-id\n");
    write(objects / "a.o", "");
    std::string compiled;
    auto kernels = list_kernels();
    ASSERT_TRUE(kernels && kernels->size() == 1 && remove_kernel(kernels->front().key));
    EXPECT_THAT(image_of(build_counting("base", compiled)), HasSubstr("int a0;"));
    EXPECT_EQ(compiled, "a b c");
}

TEST_F(Build, FullDiskIsSaidAndDoesNotPoison) {
    ::setenv("FAKE_FULL", "1", 1);
    auto full = build("base");
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ExitCode::usage);
    EXPECT_EQ(full.error().errno_value, ENOSPC);
    EXPECT_THAT(full.error().message(), AllOf(HasSubstr("No space left on device"), Not(HasSubstr("\n"))));
    EXPECT_TRUE(list_kernels()->empty());
    ::unsetenv("FAKE_FULL");
    EXPECT_THAT(image_of(build("base")), AllOf(Not(HasSubstr("half")), HasSubstr("int a0;"), HasSubstr("int c9;")));
}

TEST_F(Build, HalfAppliedPatchesAreUndone) {
    add_series("one", "", {{"0001.patch", patch_of("b.c", "int b4;", "int patched_b4;")}});
    auto base = build("base");
    ASSERT_TRUE(build("one"));
    // As a run leaves it that was killed between two files.
    write(work_tree() / "source/b.c", "int half;\n");
    auto back = build("base", true);
    EXPECT_EQ(image_of(back), *read_file(base->image));
    EXPECT_THAT(image_of(back), Not(HasSubstr("half")));
}

TEST_F(Build, TwoProcessesBuildOnceAndTheSecondSaysThatItWaits) {
    const fs::path count = scratch() / "count";
    ::setenv("FAKE_COUNT", count.c_str(), 1);
    Progress progress("test");
    ASSERT_TRUE(tree_source(tree(), "", progress));
    write(tree() / "slow.c", "int slow;\n");
    const fs::path said = scratch() / "said";
    pid_t children[2];
    for (auto& child : children) {
        child = ::fork();
        if (child == 0) {
            auto out = UniqueFd::open(said.string(), O_WRONLY | O_CREAT | O_APPEND);
            ::dup2(out->get(), 2);
            auto r = build("base");
            ::_exit(r ? 0 : 1);
        }
    }
    for (pid_t child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(WEXITSTATUS(status), 0);
    }
    auto compiled = read_file(count);
    ASSERT_TRUE(compiled);
    EXPECT_EQ(split(trim(*compiled), '\n').size(), 4u) << *compiled;
    EXPECT_THAT(*read_file(said), HasSubstr("waiting for another diobench"));
}

TEST_F(Build, AnOuterMakeAndItsVariablesDoNotReachKbuild) {
    ::setenv("MAKEFLAGS", "n", 1);
    ::setenv("O", "/nowhere", 1);
    auto built = build("base");
    ::unsetenv("MAKEFLAGS");
    ::unsetenv("O");
    EXPECT_THAT(image_of(built), HasSubstr("int a0;"));
}

TEST_F(Build, BaseOutsideTheRangeIsRefusedBeforeAnythingIsDone) {
    const fs::path folder = add_series("old", "", {});
    write(folder / "series.toml", "name = \"old\"\npurpose = \"p\"\nbase = { min = \"6.1\", max = \"6.12.49\" }\npatches = []\n");
    auto built = build("old");
    ASSERT_FALSE(built);
    EXPECT_THAT(built.error().message(), AllOf(HasSubstr("6.1 to 6.12.49"), HasSubstr("6.12.50")));
}
