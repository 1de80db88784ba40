// SPDX-License-Identifier: GPL-2.0-only
// The exact machine's DMA engine, on memory of the test's own.
#include "bench/host/machine/plugin/dma_engine.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>


using namespace diobench::plugin;

namespace {

constexpr uint64_t kControlPage = 0x200000;
constexpr uint64_t kCommandAt = 0x201000;
constexpr uint64_t kListAt = 0x202000;
constexpr uint64_t kDataAt = 0x300000;

class DmaEngineTest : public testing::Test {
protected:
    DmaEngineTest() : memory_(size_t{4} << 20), disk_(size_t{1} << 20), engine_(GuestMemory(memory_), {disk_}) {
        std::iota(disk_.begin(), disk_.end(), uint8_t{1});
        attach(kControlPage >> 12);
    }
    bool attach(uint32_t frame) {
        for (int bit = 31; bit >= 0; --bit) engine_.take_bit((frame >> bit & 1) != 0);
        return engine_.attach();
    }
    template <class T>
    T& at(uint64_t address) { return *reinterpret_cast<T*>(&memory_[address]); }
    DmaControl& control() { return at<DmaControl>(kControlPage); }

    DmaStatus execute(const DmaCommand& command) {
        at<DmaCommand>(kCommandAt) = command;
        control().command = kCommandAt;
        control().status = ~0U;
        engine_.execute();
        return static_cast<DmaStatus>(control().status);
    }
    static DmaCommand one(uint32_t opcode, uint64_t offset, uint64_t address, uint64_t bytes) {
        DmaCommand out{};
        out.opcode = opcode;
        out.offset = offset;
        out.segments = 1;
        out.blocks = static_cast<uint32_t>(bytes / DmaEngine::kBlockBytes);
        out.first = {address, bytes};
        return out;
    }

    std::vector<uint8_t> memory_;
    std::vector<uint8_t> disk_;
    DmaEngine engine_;
};

}  // namespace

TEST_F(DmaEngineTest, SaysWhatItHasWhereItIsTold) {
    EXPECT_EQ(std::memcmp(&control().magic, "\0dibDMA1", 8), 0);
    EXPECT_EQ(control().disk_bytes[0], disk_.size());
    EXPECT_EQ(control().disk_bytes[1], 0U);
    EXPECT_FALSE(attach(0x400000 >> 12)) << "behind the end of memory";
    EXPECT_FALSE(attach(0xa0000 >> 12)) << "the display's";
}

TEST_F(DmaEngineTest, MovesOneSegmentAndNothingElse) {
    ASSERT_EQ(execute(one(DmaCommand::kRead, 8192, kDataAt, 4096)), DmaStatus::done);
    EXPECT_EQ(std::memcmp(&memory_[kDataAt], &disk_[8192], 4096), 0);
    EXPECT_EQ(memory_[kDataAt - 1], 0);
    EXPECT_EQ(memory_[kDataAt + 4096], 0);
    std::memset(&memory_[kDataAt], 0xee, 4096);
    ASSERT_EQ(execute(one(DmaCommand::kWrite, 4096, kDataAt, 4096)), DmaStatus::done);
    EXPECT_EQ(disk_[4095], 0);
    EXPECT_EQ(disk_[4096], 0xee);
    EXPECT_EQ(disk_[8191], 0xee);
    EXPECT_EQ(disk_[8192], 1);
}

TEST_F(DmaEngineTest, ScattersOverItsListInOrder) {
    // Not all of whole pages: only the sum is blocks.
    at<DmaSegment>(kListAt) = {kDataAt + 100, 1000};
    at<DmaSegment>(kListAt + sizeof(DmaSegment)) = {kDataAt + 8192, 3096};
    DmaCommand command = one(DmaCommand::kRead, 0, 0, 4096);
    command.segments = 2;
    command.list = kListAt;
    ASSERT_EQ(execute(command), DmaStatus::done);
    EXPECT_EQ(std::memcmp(&memory_[kDataAt + 100], &disk_[0], 1000), 0);
    EXPECT_EQ(std::memcmp(&memory_[kDataAt + 8192], &disk_[1000], 3096), 0);
}

TEST_F(DmaEngineTest, AListMayHaveOneSegment) {
    at<DmaSegment>(kListAt) = {kDataAt, 4096};
    DmaCommand command = one(DmaCommand::kRead, 0, 0, 4096);
    command.list = kListAt;
    ASSERT_EQ(execute(command), DmaStatus::done);
    EXPECT_EQ(std::memcmp(&memory_[kDataAt], disk_.data(), 4096), 0);
}

TEST_F(DmaEngineTest, RefusesWholeWhatItCannotDoWhole) {
    const std::vector<uint8_t> before = disk_;
    DmaCommand command = one(2, 0, kDataAt, 4096);
    EXPECT_EQ(execute(command), DmaStatus::bad_opcode);
    command = one(DmaCommand::kWrite, 0, kDataAt, 4096);
    command.disk = 1;
    EXPECT_EQ(execute(command), DmaStatus::bad_disk);
    EXPECT_EQ(execute(one(DmaCommand::kWrite, 512, kDataAt, 4096)), DmaStatus::bad_offset);
    EXPECT_EQ(execute(one(DmaCommand::kWrite, 0, kDataAt, 512)), DmaStatus::bad_offset);
    EXPECT_EQ(execute(one(DmaCommand::kWrite, disk_.size() - 4096, kDataAt, 8192)), DmaStatus::bad_offset);
    EXPECT_EQ(execute(one(DmaCommand::kWrite, ~uint64_t{4095}, kDataAt, 8192)), DmaStatus::bad_offset);
    EXPECT_EQ(execute(one(DmaCommand::kRead, 0, memory_.size() - 2048, 4096)), DmaStatus::bad_segment);
    EXPECT_EQ(execute(one(DmaCommand::kRead, 0, ~uint64_t{0} - 100, 4096)), DmaStatus::bad_segment);
    EXPECT_EQ(execute(one(DmaCommand::kRead, 0, 0x9f000, 8192)), DmaStatus::bad_segment) << "into the hole below 1 MiB";
    EXPECT_EQ(execute(one(DmaCommand::kRead, 0, kDataAt, 0)), DmaStatus::bad_segment);
    command = one(DmaCommand::kRead, 0, 0, 0);
    command.list = kListAt;
    for (uint32_t segments : {0U, DmaEngine::kMostSegments + 1}) {
        command.segments = segments;
        EXPECT_EQ(execute(command), DmaStatus::bad_list);
    }
    command.segments = 2;
    command.list = memory_.size() - sizeof(DmaSegment);
    EXPECT_EQ(execute(command), DmaStatus::bad_list);
    at<DmaSegment>(kListAt) = {kDataAt, 4096};
    at<DmaSegment>(kListAt + sizeof(DmaSegment)) = {memory_.size(), 4096};
    command.list = kListAt;
    EXPECT_EQ(execute(command), DmaStatus::bad_segment);
    EXPECT_EQ(memory_[kDataAt], 0) << "the first segment of a list with a bad one was filled";
    control().command = memory_.size();
    engine_.execute();
    EXPECT_NE(control().status, static_cast<uint32_t>(DmaStatus::done));
    EXPECT_EQ(disk_, before);
}

TEST_F(DmaEngineTest, RefusesSegmentsThatAreNotAsLongAsTheRequest) {
    // A request of many segments whose driver was told of one.
    DmaCommand command = one(DmaCommand::kRead, 0, kDataAt, 4096);
    command.blocks = 256;
    EXPECT_EQ(execute(command), DmaStatus::bad_length);
    command.blocks = 0;
    EXPECT_EQ(execute(command), DmaStatus::bad_length);
    EXPECT_EQ(memory_[kDataAt], 0);
}
