// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/protocol_states.h"

#include <cerrno>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"

namespace diobench {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

TEST(ProtocolStates, ThePageHasTheTable) {
    auto page = read_file(project_root() / "docs/protocol.md");
    ASSERT_TRUE(page);
    EXPECT_THAT(*page, HasSubstr(protocol_table())) << "docs/protocol.md: paste the table of `diobench verify --protocol`";
}

TEST(ProtocolStates, EachCommandHasOneRowAndEachCellAReason) {
    std::set<std::string_view> seen;
    for (const auto& command : protocol_commands()) {
        EXPECT_TRUE(seen.insert(command.text).second) << command.text;
        for (size_t i = 0; i < kDeviceStates; ++i) {
            const auto answer = protocol_answer(command, static_cast<DeviceState>(i));
            EXPECT_LE(answer.result, 0) << command.text;
            EXPECT_THAT(std::string(answer.why), ContainsRegex("[.][ch], ")) << command.text;
        }
    }
}

TEST(ProtocolStates, OnlyADeadCacheIsDead) {
    for (const auto& command : protocol_commands())
        for (size_t i = 0; i < kDeviceStates; ++i) {
            const auto state = static_cast<DeviceState>(i);
            const auto answer = protocol_answer(command, state);
            if (answer.why.find("CACHEFILES_DEAD") != std::string_view::npos) {
                EXPECT_EQ(state, DeviceState::dead) << command.text << " has no answer in state " << device_state_name(state);
            }
        }
}

}  // namespace
}  // namespace diobench
