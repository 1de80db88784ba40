// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/number_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

using namespace diobench;
using testing::ElementsAre;

namespace {

using Numbers = std::vector<std::optional<MetricValue>>;

}  // namespace

TEST(NumberList, ComesBackAsItWas) {
    const Numbers numbers = {int64_t{512}, std::nullopt, 40000.5, int64_t{-7}, 2.0, std::numeric_limits<int64_t>::max(), -1e300, 5e-324, 0.1, std::nullopt, 1e20};
    const std::string list = number_list(numbers);
    EXPECT_EQ(list, "512 - 40000.5 -7 2.0 9223372036854775807 -1e+300 5e-324 0.1 - 1e+20");
    EXPECT_EQ(read_number_list(list), numbers);
    EXPECT_EQ(number_list({}), "");
    EXPECT_TRUE(read_number_list("").empty());
    EXPECT_EQ(read_number_list(number_list({std::nullopt})), Numbers{std::nullopt});
}

TEST(NumberList, WhatIsAskedForIsFoundByItsPlace) {
    const std::string list = "1 - 3.5 4";
    EXPECT_THAT(numbers_at(list, {0, 2}), ElementsAre(MetricValue(int64_t{1}), MetricValue(3.5)));
    EXPECT_THAT(numbers_at(list, {1, 1, 3, 3}), ElementsAre(std::nullopt, std::nullopt, MetricValue(int64_t{4}), MetricValue(int64_t{4})));
    EXPECT_THAT(numbers_at(list, {3, 4, 9}), ElementsAre(MetricValue(int64_t{4}), std::nullopt, std::nullopt)) << "beyond the end nothing is known";
    EXPECT_THAT(numbers_at("", {0}), ElementsAre(std::nullopt));
}
