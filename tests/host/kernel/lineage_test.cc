// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/lineage.h"

#include <gmock/gmock.h>

#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Lineage, RevisionsStandBehindWhatTheyRevise) {
    const Revisions revises = {{"dio-v2", "dio"}, {"dio-v3", "dio-v2"}, {"a-rewrite", "dio-v3"}, {"gone", "not-listed"}};
    EXPECT_THAT(order_by_lineage({"a-rewrite", "base", "dio", "dio-v2", "dio-v3", "gone"}, revises), ElementsAre("base", "dio", "dio-v2", "dio-v3", "a-rewrite", "gone"));
    EXPECT_THAT(order_by_lineage({"dio-v3", "base", "dio"}, revises), ElementsAre("base", "dio", "dio-v3"));
    EXPECT_THAT(order_by_lineage({"b", "a"}, {}), ElementsAre("b", "a"));
    EXPECT_THAT(order_by_lineage({}, revises), IsEmpty());
    EXPECT_EQ(lineage_depth("dio-v3", {"dio", "dio-v2", "dio-v3"}, revises), 2u);
    EXPECT_EQ(lineage_depth("dio-v3", {"dio", "dio-v3"}, revises), 1u);
    EXPECT_EQ(lineage_depth("gone", {"gone"}, revises), 0u);
}

TEST(Lineage, TwoRevisionsOfOneKeepTheirOrder) {
    EXPECT_THAT(order_by_lineage({"dio", "x", "v2b", "v2a", "v2a-v2"}, {{"v2a", "dio"}, {"v2b", "dio"}, {"v2a-v2", "v2a"}}), ElementsAre("dio", "v2b", "v2a", "v2a-v2", "x"));
}

TEST(Lineage, CirclesAreShownAndLoseNothing) {
    EXPECT_TRUE(check_lineage({{"v2", "v1"}, {"v3", "v2"}}));
    auto circle = check_lineage({{"v1", "v3"}, {"v2", "v1"}, {"v3", "v2"}});
    ASSERT_FALSE(circle);
    EXPECT_THAT(circle.error().message(), HasSubstr("v1 revises v3 revises v2 revises v1"));
    EXPECT_FALSE(check_lineage({{"v1", "v1"}}));
    EXPECT_EQ(order_by_lineage({"v1", "v2"}, {{"v1", "v2"}, {"v2", "v1"}}).size(), 2u);
}

class SeriesLineage : public FakeKernel {};

TEST_F(SeriesLineage, CirclesAreRefusedWhenLoaded) {
    add_series("v2", "revises = \"v1\"\n", {});
    EXPECT_TRUE(list_series());
    EXPECT_TRUE(resolve_series("v2"));
    add_series("v1", "revises = \"v2\"\n", {});
    EXPECT_THAT(list_series().error().message(), HasSubstr("revises goes in a circle"));
    EXPECT_THAT(resolve_series("v2").error().message(), HasSubstr("revises goes in a circle"));
}

TEST_F(SeriesLineage, AnotherKernelVersionIsRefusedWithRangeAndReason) {
    add_series("lower", "", {});
    add_series("upper", "requires = [\"lower\"]\n", {});
    EXPECT_EQ(check_base(*resolve_series("upper"), "7.2.0").error().message(),
              "use series lower: it is for Linux 6.12.7 to 6.12.999 and the source is Linux 7.2.0 (upper is built on it): choose another source (SERIES@BASE, --tree, --rev), "
              "or bring its patches for this version with `diobench kernel add` and --tree");
}
