// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/shared_optional.h"

#include <gtest/gtest.h>
#include <string>

using namespace diobench;

TEST(SharedOptional, ACopyIsSharedUntilOneOfThemIsWrittenTo) {
    SharedOptional<std::string> first = std::string("numbers");
    SharedOptional<std::string> second = first;
    const auto& read = second;
    EXPECT_EQ(&*read, &*std::as_const(first)) << "a copy that nobody wrote to takes no room";
    second->append(" of another");
    EXPECT_EQ(*read, "numbers of another");
    EXPECT_EQ(*std::as_const(first), "numbers");
    first.reset();
    EXPECT_FALSE(first);
    EXPECT_TRUE(second);
    first.emplace();
    EXPECT_EQ(*std::as_const(first), "");
    EXPECT_FALSE(SharedOptional<std::string>().has_value());
}
