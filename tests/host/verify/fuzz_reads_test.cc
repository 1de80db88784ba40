// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/fuzz_reads.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/host/verify/fuzz_boots.h"

namespace diobench {
namespace {

using testing::ElementsAre;
using Parts = std::vector<std::vector<size_t>>;

/// Shows a fault where all of `needed` are there.
auto needs(std::vector<size_t> needed) {
    return [needed = std::move(needed)](const Parts& parts) -> Result<size_t> {
        for (size_t i = 0; i < parts.size(); ++i)
            if (std::includes(parts[i].begin(), parts[i].end(), needed.begin(), needed.end())) return i;
        return parts.size();
    };
}

TEST(FewestOperations, FindsWhatIsNeeded) {
    EXPECT_THAT(fewest_operations(200, needs({137}), 100).value(), ElementsAre(137));
    EXPECT_THAT(fewest_operations(200, needs({3, 99, 150}), 100).value(), ElementsAre(3, 99, 150));
    EXPECT_THAT(fewest_operations(3, needs({0, 1, 2}), 100).value(), ElementsAre(0, 1, 2));
    EXPECT_THAT(fewest_operations(1, needs({0}), 100).value(), ElementsAre(0));
}

TEST(FewestOperations, EndsAfterItsRounds) {
    unsigned asked = 0;
    const auto all = fewest_operations(100, [&](const Parts& parts) -> Result<size_t> { return ++asked, parts.size(); }, 4).value();
    EXPECT_EQ(asked, 4u);
    EXPECT_EQ(all.size(), 100u);
}

TEST(FewestOperations, ForwardsAnError) {
    EXPECT_FALSE(fewest_operations(9, [](const Parts&) -> Result<size_t> { return fail("boot", "", "interrupted"); }, 4));
}

TEST(SceneBackends, AreThoseThatTheKernelHas) {
    ConformancePlan plan;
    plan.direct = DirectSupport::direct;
    plan.file_direct = DirectSupport::refused;
    EXPECT_THAT(scene_backends(plan, {}), ElementsAre("fscache", "fscache", "fscache", "file", "file-directio"));
    EXPECT_THAT(scene_backends(plan, {"file"}), ElementsAre("file"));
    EXPECT_THAT(scene_backends(plan, {"loop"}), testing::IsEmpty());
    plan.absent_features["fscache"] = "was removed";
    plan.file_direct = DirectSupport::direct;
    EXPECT_THAT(scene_backends(plan, {}), ElementsAre("file", "file", "file", "file-directio", "file-directio", "file-directio"));
}

TEST(FaultSignature, IsOfTheFaultAndNotOfItsNumbers) {
    EXPECT_EQ(fault_signature({"reads/fuzz-1", Outcome::fail, "read 3 of a batch; scene 1", "", 1}), fault_signature({"reads/fuzz-2", Outcome::fail, "read 12 of a batch; scene 2", "", 1}));
    EXPECT_NE(fault_signature({"a", Outcome::fail, "the kernel printed: use-after-free", "report", 1}), fault_signature({"a", Outcome::fail, "the kernel printed: out-of-bounds", "report", 1}));
}

TEST(CasesFor, FollowsTheTimeThatWasTaken) {
    EXPECT_EQ(cases_for(4, 2, 10, 100), 20u);
    EXPECT_EQ(cases_for(4, 2, 1000, 100), 100u);
    EXPECT_EQ(cases_for(4, 1000, 1, 100), 1u);
}

}  // namespace
}  // namespace diobench
