// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/fleet/identity.h"

namespace diobench {

namespace {

using testing::HasSubstr;

const FleetIdentity kAsked = {{"QEMU", "7.2.22"}, {"guest program", "aa"}};

TEST(FleetIdentity, EqualMachinesAreTaken) {
    EXPECT_TRUE(check_identity(kAsked, kAsked, "r", "n2"));
    EXPECT_TRUE(check_identity(kAsked, {{"QEMU", "7.2.22"}}, "r", "n2")) << "what is not known of a machine says nothing";
}

TEST(FleetIdentity, AnotherQemuAndGuestAreNamed) {
    const auto refused = check_identity(kAsked, {{"QEMU", "10.0"}, {"guest program", "bb"}}, "r", "n2");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("n2: another QEMU: 10.0; request r is of 7.2.22"));
    EXPECT_THAT(refused.error().message(), HasSubstr("n2: another guest program: bb; request r is of aa"));
}

TEST(FleetIdentity, ThisMachineIsLikeItself) {
    const auto own = identity_of_this_machine();
    EXPECT_TRUE(check_identity(own, identity_of_this_machine(), "r", "here"));
    EXPECT_TRUE(own.contains("QEMU") && own.contains("guest program") && own.contains("compiler"));
}

}  // namespace

}  // namespace diobench
