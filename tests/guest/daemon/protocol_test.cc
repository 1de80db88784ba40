// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/daemon/protocol.h"

#include <cstring>
#include <gtest/gtest.h>
#include <linux/cachefiles.h>

#include "bench/guest/daemon/fetch_link.h"

using namespace diobench;

namespace {

std::string message(uint32_t opcode, const std::string& data, int extra = 0) {
    cachefiles_msg head{};
    head.msg_id = 7;
    head.opcode = opcode;
    head.object_id = 9;
    head.len = static_cast<uint32_t>(sizeof head + data.size()) + static_cast<uint32_t>(extra);
    return std::string(reinterpret_cast<const char*>(&head), sizeof head) + data;
}

std::string open_data(const std::string& volume, const std::string& cookie) {
    cachefiles_open open{};
    open.volume_key_size = static_cast<uint32_t>(volume.size() + 1);
    open.cookie_key_size = static_cast<uint32_t>(cookie.size());
    open.fd = 5;
    return std::string(reinterpret_cast<const char*>(&open), sizeof open) + volume + '\0' + cookie;
}

}  // namespace

TEST(Protocol, Open) {
    auto parsed = parse_cachefiles_message(message(CACHEFILES_OP_OPEN, open_data("erofs,flat", "flat")));
    ASSERT_TRUE(parsed);
    const auto& open = std::get<OpenRequest>(*parsed);
    EXPECT_EQ(open.msg_id, 7u);
    EXPECT_EQ(open.object_id, 9u);
    EXPECT_EQ(open.fd, 5);
    EXPECT_EQ(open.volume_key, "erofs,flat");
    EXPECT_EQ(open.cookie_key, "flat");
}

TEST(Protocol, ReadAndClose) {
    cachefiles_read read{8192, 4096};
    auto parsed = parse_cachefiles_message(message(CACHEFILES_OP_READ, {reinterpret_cast<const char*>(&read), sizeof read}));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(std::get<ReadRequest>(*parsed).offset_bytes, 8192u);
    EXPECT_EQ(std::get<ReadRequest>(*parsed).length_bytes, 4096u);
    EXPECT_TRUE(std::holds_alternative<CloseRequest>(parse_cachefiles_message(message(CACHEFILES_OP_CLOSE, "")).value()));
}

TEST(Protocol, DamageIsRefused) {
    auto whole = message(CACHEFILES_OP_OPEN, open_data("v", "c"));
    for (size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(parse_cachefiles_message(whole.substr(0, n))) << n;
    EXPECT_FALSE(parse_cachefiles_message(message(CACHEFILES_OP_READ, "short")));
    EXPECT_FALSE(parse_cachefiles_message(message(9, "")));
    EXPECT_FALSE(parse_cachefiles_message(message(CACHEFILES_OP_CLOSE, "", 4)));
    auto keys = open_data("v", "c");
    uint32_t huge = 0xFFFFFFFF;
    std::memcpy(keys.data() + offsetof(cachefiles_open, cookie_key_size), &huge, sizeof huge);
    EXPECT_FALSE(parse_cachefiles_message(message(CACHEFILES_OP_OPEN, keys)));
}

TEST(Protocol, CopenCarriesSizeOrError) {
    EXPECT_EQ(copen_command(3, 4096), "copen 3,4096");
    EXPECT_EQ(copen_command(3, -2), "copen 3,-2");
}

TEST(FetchLink, RoundTripsOverlapBytesDoNot) {
    FetchLink link(1000, 1'000'000'000);  // 1 us, 1 byte a ns
    EXPECT_EQ(link.arrival_ns(0, 500), 1500u);
    EXPECT_EQ(link.arrival_ns(0, 500), 2000u) << "the second shares the link, not the wait";
    EXPECT_EQ(link.arrival_ns(10'000, 500), 11'500u);
    FetchLink unlimited(1000, 0);
    EXPECT_EQ(unlimited.arrival_ns(5, 1 << 30), 1005u);
}
