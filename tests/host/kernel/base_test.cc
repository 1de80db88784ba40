// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/base.h"

#include <gmock/gmock.h>

#include "bench/host/kernel/fetched_sources.h"
#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::AllOf;
using ::testing::HasSubstr;

class KernelBase : public FakeKernel {
protected:
    void SetUp() override {
        FakeKernel::SetUp();
        ::setenv("DIOBENCH_KERNEL_SOURCE", (scratch() / "installed.tar.xz").c_str(), 1);
    }
    void TearDown() override {
        ::unsetenv("DIOBENCH_KERNEL_SOURCE");
        FakeKernel::TearDown();
    }
    /// The fake kernel as a tarball of another version.
    void pack(const fs::path& file, const std::string& sublevel) {
        const fs::path folder = scratch() / "pack" / "linux";
        ASSERT_TRUE(remove_tree(folder));
        write(folder / "Makefile", replace_all(kFakeMakefile, "SUBLEVEL = 50", "SUBLEVEL = " + sublevel));
        write(folder / "a.c", lines("a"));
        ASSERT_TRUE(make_directories(file.parent_path()));
        ASSERT_TRUE(run_checked({"tar", "-cJf", file.string(), "-C", folder.parent_path().string(), "linux"}));
    }
    /// As `kernel fetch` leaves it.
    void put_fetched(const std::string& sublevel) {
        const std::string version = "6.12." + sublevel + "-1";
        const fs::path folder = cache() / "debian/sources" / ("linux-source-6.12_" + version);
        pack(folder / "linux-source-6.12.tar.xz", sublevel);
        write(folder / "source.json", "{\"package\":\"linux-source-6.12\",\"version\":\"" + version + "\",\"kernel\":\"6.12." + sublevel +
                                          "\",\"suite\":\"trixie\",\"fetched_at\":\"2026-11-30T00:00:00Z\"}");
    }
    std::string version_of(const std::string& base) {
        Bases bases;
        auto source = bases.source(base, progress_);
        return source ? (*source)->version : source.error().message();
    }
    Progress progress_{"test", Progress::Shown::no};
};

TEST_F(KernelBase, NamesAreTakenApart) {
    auto parts = [](const std::string& text) {
        const KernelName name = parse_kernel_name(text);
        return name.series + " on " + name.base;
    };
    EXPECT_EQ(parts("dio"), "dio on ");
    EXPECT_EQ(parts("dio@6.12.107"), "dio on 6.12.107");
    EXPECT_EQ(parts("base@/a@b/linux:v7.1"), "base on /a@b/linux:v7.1");
    EXPECT_EQ(parts("./x/mine@newest"), "./x/mine on newest");
    write(scratch() / "odd@name/series.toml", "");
    EXPECT_EQ(parts((scratch() / "odd@name").string()), (scratch() / "odd@name").string() + " on ");
    EXPECT_EQ(parts((scratch() / "odd@name").string() + "@6.1"), (scratch() / "odd@name").string() + " on 6.1");
}

TEST_F(KernelBase, WhatIsShownHasNoFolder) {
    EXPECT_EQ(shown_name("dio@6.12.107"), "dio@6.12.107");
    EXPECT_EQ(shown_name("./x/mine/@newest"), "mine@newest");
    EXPECT_EQ(shown_name("base@" + tree().string() + ":origin/v7.1"), "base@tree:origin-v7.1");
    EXPECT_EQ(shown_name("base@" + tree().string()), "base@tree");
    EXPECT_EQ(resolve_kernel("base@6.1")->name, "base@6.1");
    EXPECT_THAT(resolve_kernel("base@").error().message(), HasSubstr("no base behind"));
    EXPECT_EQ(absolute_kernel_name("base@6.1"), "base@6.1");
    EXPECT_EQ(absolute_kernel_name("base"), "base");
}

TEST_F(KernelBase, TheNewestThatIsMeantIsTaken) {
    pack(scratch() / "installed.tar.xz", "60");
    put_fetched("50");
    put_fetched("70");
    EXPECT_EQ(version_of(""), "6.12.60");
    EXPECT_EQ(version_of("6.12.50"), "6.12.50");
    EXPECT_EQ(version_of("6.12.60"), "6.12.60") << "the installed one";
    EXPECT_EQ(version_of("6.12"), "6.12.70");
    ASSERT_TRUE(remove_tree(cache() / "debian/sources/linux-source-6.12_6.12.70-1"));
    EXPECT_EQ(version_of("6.12"), "6.12.60");
    EXPECT_EQ(version_of(tree().string()), "6.12.50");
}

TEST_F(KernelBase, WhatIsNotHereIsToldWithTheCommandThatBringsIt) {
    put_fetched("50");
    for (const char* base : {"6.1", "6.12.5", "6.12.51"}) {
        EXPECT_THAT(version_of(base), AllOf(HasSubstr("kernel fetch " + std::string(base)), HasSubstr("6.12.50")));
        pack(scratch() / "installed.tar.xz", "60");
        ASSERT_TRUE(distribution_source(progress_));
        EXPECT_FALSE(check_kernels({"base@" + std::string(base)})) << base;
        fs::remove(scratch() / "installed.tar.xz");
    }
    EXPECT_THAT(version_of("newest"), HasSubstr("kernel fetch newest"));
    EXPECT_THAT(version_of("six"), HasSubstr("a base is a version"));
    EXPECT_THAT(check_kernels({"base@six", "nothing@6.12.50", "base@/no/such", "base@6.12.50"}).error().message(),
                AllOf(HasSubstr("six"), HasSubstr("nothing"), HasSubstr("/no/such")));
    EXPECT_TRUE(check_kernels({"base@6.12.50", "base", "base@" + tree().string()}));
}

TEST_F(KernelBase, TheNewestIsWhatWasFetchedAsSuch) {
    put_fetched("50");
    put_fetched("70");
    for (const auto& one : fetched_sources())
        if (one.debian.kernel == "6.12.50") {
            ASSERT_TRUE(remember_newest(one));
        }
    EXPECT_EQ(version_of("newest"), "6.12.50");
    EXPECT_EQ(fetched_sources().front().debian.kernel, "6.12.70");
    write(cache() / "debian/sources/linux-source-6.12_6.12.70-1/source.json", "{");
    EXPECT_EQ(fetched_sources().size(), 1u) << "a damaged one is none";
}
