// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/size_text.h"

#include <gtest/gtest.h>

using namespace diobench;

TEST(SizeText, SaysWhatCheckpatchSaysOrWhyItSaysNothing) {
    EXPECT_EQ(size_text({12, 7, 612, 41, CheckpatchCounts{0, 1, 2}, ""}), "12 patches, 7 files, +612 -41 lines; checkpatch --strict: 0 errors, 1 warning, 2 checks");
    EXPECT_EQ(size_text({1, 1, 3, 0, std::nullopt, "there is no perl"}), "1 patch, 1 file, +3 -0 lines; checkpatch did not run: there is no perl");
    EXPECT_EQ(size_text({0, 0, 0, 0, std::nullopt, "there is no patch"}), "no patch");
}
