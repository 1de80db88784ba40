// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/series_size.h"

#include <gmock/gmock.h>

#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::HasSubstr;

namespace {

/// A checkpatch that has two errors for each patch with "bad" in it, and leaves a line beside itself for each that it looks at.
constexpr const char* kCheckpatch = R"PL(
local $/; my $patch = <STDIN>;
open(my $count, '>>', "$ENV{FAKE_COUNT}"); print $count "looked\n";
die "it broke\n" if $patch =~ /broken/;
print "total: 7 errors, 7 warnings, 7 checks, quoted from the patch\n";
print "total: ", ($patch =~ /bad/ ? 2 : 0), " errors, 1 warnings, 0 checks, 9 lines checked\n";
)PL";

class SeriesSizeTest : public FakeKernel {
protected:
    void SetUp() override {
        FakeKernel::SetUp();
        write(tree() / "scripts/checkpatch.pl", kCheckpatch);
        ::setenv("FAKE_COUNT", (scratch() / "looked").c_str(), 1);
    }
    Result<SeriesSize> size(const std::string& series) {
        Progress progress("test");
        auto source = tree_source(tree(), "", progress);
        if (!source) return forward(source);
        auto chain = resolve_series(series);
        if (!chain) return forward(chain);
        return size_of(*source, *chain);
    }
    size_t looked() { return split(read_file(scratch() / "looked").value_or(""), '\n').size() - 1; }
};

}  // namespace

TEST_F(SeriesSizeTest, IsOfTheWholeChainAgainstTheBase) {
    add_series("below", "", {{"1.patch", patch_of("a.c", "int a1;\n", "int one;\nint bad;\n")}});
    // Takes back a line of the series below: nothing is left of that in the whole.
    std::string second = patch_of("b.c", "int b5;\n", "");
    second += "--- a/a.c\n+++ b/a.c\n@@ -1,4 +1,3 @@\n int a0;\n int one;\n-int bad;\n int a2;\n";
    second += "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1,2 @@\n+int n0;\n+int n1;\n";
    add_series("top", "requires = [\"below\"]\n", {{"1.patch", second}});
    auto found = size("top");
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(*found, (SeriesSize{2, 3, 3, 2, CheckpatchCounts{4, 2, 0}, ""}));
    EXPECT_EQ(looked(), 2u);
    ASSERT_TRUE(size("top"));
    ASSERT_TRUE(size("below"));
    EXPECT_EQ(looked(), 2u) << "what was said of a patch is kept";
}

TEST_F(SeriesSizeTest, WithoutAPatchNothingIsChecked) {
    auto found = size("base");
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(*found, (SeriesSize{0, 0, 0, 0, std::nullopt, "there is no patch"}));
}

TEST_F(SeriesSizeTest, ACheckpatchThatDoesNotRunIsNoZero) {
    add_series("one", "", {{"1.patch", patch_of("a.c", "int a1;\n", "int broken;\n")}});
    auto broken = size("one");
    ASSERT_TRUE(broken) << broken.error().message();
    EXPECT_FALSE(broken->checkpatch);
    EXPECT_THAT(broken->checkpatch_reason, HasSubstr("it broke"));
    EXPECT_EQ(broken->lines_added, 1);

    ASSERT_TRUE(remove_tree(tree() / "scripts"));
    auto none = size("one");
    ASSERT_TRUE(none) << none.error().message();
    EXPECT_FALSE(none->checkpatch);
    EXPECT_THAT(none->checkpatch_reason, HasSubstr("this kernel source has no checkpatch"));
}
