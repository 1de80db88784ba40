// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/walk.h"

#include <gmock/gmock.h>

#include "bench/verdict/bisect/state_series.h"
#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using testing::HasSubstr;
using testing::SizeIs;

namespace {

std::string patch(const std::string& title, const std::string& line) {
    return "From: A <a@example.org>\nSubject: [PATCH] " + title + "\n\n---\ndiff --git a/" + line + ".c b/" + line + ".c\n--- a/" + line + ".c\n+++ b/" + line +
           ".c\n@@ -1,2 +1,3 @@\n int " + line + "0;\n+int more_" + line + ";\n int " + line + "1;\n";
}

}  // namespace

class BisectStates : public FakeKernel {
protected:
    void SetUp() override {
        FakeKernel::SetUp();
        add_series("lower", "direct_io = \"direct\"\nfile_direct_io = \"buffered\"\n[[known_failures]]\ncase = \"*sparse*\"\nreason = \"old\"\n", {{"0001-a.patch", patch("erofs: a", "a")}});
        add_series("upper", "requires = [\"lower\"]\n[[known_failures]]\ncase = \"*new*\"\nreason = \"new\"\n",
                   {{"0001-b.patch", patch("erofs: b", "b")}, {"0002-c.patch", patch("erofs: c", "c")}});
        states_ = scratch() / "states";
        ASSERT_TRUE(make_directories(states_));
    }

    fs::path states_;
};

TEST(StateName, IsAFolderAndAName) {
    EXPECT_EQ(state_name(3, "erofs: do (something) else"), "03-erofs-do-something-else");
    EXPECT_EQ(state_name(12, ""), "12");
    EXPECT_TRUE(is_series_name(state_name(1, std::string(200, 'x'))));
    EXPECT_TRUE(is_series_name(state_name(1, "caf\xc3\xa9/../x")));
}

TEST_F(BisectStates, EachIsASeriesWithAllItsPatches) {
    auto walk = walk_series("lower", "upper", {}, "", states_);
    ASSERT_TRUE(walk) << walk.error().message();
    ASSERT_EQ(walk->length(), 2u);
    EXPECT_EQ(walk->patches[1].subject, "erofs: c");
    for (size_t i = 0; i <= 2; ++i) {
        auto kernel = walk->kernel(i);
        ASSERT_TRUE(kernel) << kernel.error().message();
        auto chain = resolve_series(kernel->series);
        ASSERT_TRUE(chain) << chain.error().message();
        ASSERT_THAT(*chain, SizeIs(1));  // it needs nothing else
        EXPECT_EQ(chain->back().name, kernel->arm);
        EXPECT_THAT(chain->back().patches, SizeIs(i + 1));
        EXPECT_EQ(chain->back().direct_io, "direct");
        EXPECT_EQ(chain->back().file_direct_io, "buffered");
        EXPECT_EQ(chain->back().base_min, "6.12.7");
    }
}

TEST_F(BisectStates, TheEndsAreTheKernelsThatWereNamed) {
    auto walk = walk_series("lower", "upper", {}, "", states_);
    ASSERT_TRUE(walk);
    auto end = walk->kernel(2);
    ASSERT_TRUE(end) << end.error().message();
    EXPECT_EQ(image_of(build(end->series)), image_of(build("upper")));
    auto start = walk->kernel(0);
    ASSERT_TRUE(start);
    EXPECT_EQ(image_of(build(start->series)), image_of(build("lower")));
    EXPECT_NE(image_of(build(start->series)), image_of(build(end->series)));
}

TEST_F(BisectStates, AreMadeTwiceWithoutHarm) {
    auto walk = walk_series("lower", "upper", {}, "", states_);
    ASSERT_TRUE(walk);
    auto first = walk->kernel(1);
    ASSERT_TRUE(first);
    write(fs::path(first->series) / "left-over", "x");
    auto again = walk->kernel(1);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(first->series, again->series);
    EXPECT_FALSE(fs::exists(fs::path(again->series) / "left-over"));
}

TEST_F(BisectStates, KnownFailuresAreThoseOfTheEnds) {
    auto walk = walk_series("lower", "upper", {}, "", states_);
    ASSERT_TRUE(walk);
    auto globs = [&](size_t state) {
        const Series series = *load_series(walk->kernel(state)->series);
        std::string out;
        for (const auto& known : series.known_failures) out += known.case_glob + " ";
        return out;
    };
    EXPECT_EQ(globs(0), "*sparse* ");
    EXPECT_EQ(globs(1), "*sparse* *new* ");
    EXPECT_EQ(globs(2), "*new* ");
}

TEST_F(BisectStates, KernelsForNeitherEndAreRefused) {
    const fs::path folder = add_series("later", "requires = [\"lower\"]\n", {{"0001-b.patch", patch("b", "b")}});
    write(folder / "series.toml", "name = \"later\"\npurpose = \"test\"\nbase = { min = \"7.0\", max = \"7.9\" }\nrequires = [\"lower\"]\npatches = [\"0001-b.patch\"]\n");
    auto walk = walk_series("lower", "later", {}, "", states_);
    ASSERT_TRUE(walk) << walk.error().message();
    auto kernel = walk->kernel(1);
    ASSERT_FALSE(kernel);
    EXPECT_THAT(kernel.error().message(), HasSubstr("no kernel is one for both ends"));
}
