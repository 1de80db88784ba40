// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/slab.h"

#include <gtest/gtest.h>

namespace diobench {
namespace {

constexpr const char* kText =
    "slabinfo - version: 2.1\n"
    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor>\n"
    "ext4_inode_cache      33     48   1976   16    8 : tunables    0    0    0 : slabdata      3      3      0\n"
    "kmalloc-1k          1042   1056   2048   16    8 : tunables    0    0    0 : slabdata     66     66      0\n";

TEST(Slab, ReadsActiveObjects) {
    EXPECT_EQ(parse_slabinfo(kText), (SlabCounts{{"ext4_inode_cache", 33}, {"kmalloc-1k", 1042}}));
    EXPECT_TRUE(parse_slabinfo("").empty());
}

TEST(Slab, GrowthIsFromTheGivenNumberOn) {
    const SlabCounts before = {{"a", 100}, {"b", 100}, {"c", 100}};
    const SlabCounts after = {{"a", 149}, {"b", 150}, {"c", 3}, {"new", 50}};
    const auto grown = slab_growth(before, after, 50);
    ASSERT_EQ(grown.size(), 2u);
    EXPECT_EQ(grown[0].cache, "b");
    EXPECT_EQ(grown[0].objects, 50u);
    EXPECT_EQ(grown[1].cache, "new");
}

}  // namespace
}  // namespace diobench
