// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/near_name.h"

#include <gtest/gtest.h>

#include "bench/common/base/faults.h"

using namespace diobench;

TEST(NearName, IsSpelledMuchTheSame) {
    const std::vector<std::string> names = {"base", "dio", "dio-sync", "fallback"};
    EXPECT_EQ(nearest_name("dioo", names), "dio");
    EXPECT_EQ(nearest_name("dio-snc", names), "dio-sync");
    EXPECT_EQ(nearest_name("falback", names), "fallback");
    EXPECT_EQ(nearest_name("dip", names), "dio");
    EXPECT_EQ(did_you_mean("dioo", names), "; did you mean dio?");
}

TEST(NearName, AnythingElseIsNotSuggested) {
    EXPECT_EQ(nearest_name("zzz", {"dio", "base"}), std::nullopt);
    EXPECT_EQ(nearest_name("x", {"io"}), std::nullopt) << "two of one letter differ";
    EXPECT_EQ(nearest_name("", {"io"}), std::nullopt);
    EXPECT_EQ(did_you_mean("zzz", {}), "");
}

TEST(Faults, AreToldTogether) {
    Faults faults;
    EXPECT_TRUE(faults.status());
    faults.add(Status());
    EXPECT_TRUE(faults.status());
    faults.add(Status(fail("find series", "dioo", "there is none", ExitCode::invalid)));
    faults.add(Result<int>(fail("find suite", "quik", "there is none")));
    faults.add(Status(fail("find series", "dioo", "there is none")));
    const Status status = faults.status();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message(), "find series dioo: there is none\n  find suite quik: there is none") << "each once";
    EXPECT_EQ(status.error().code, ExitCode::invalid) << "the first one's";
}
