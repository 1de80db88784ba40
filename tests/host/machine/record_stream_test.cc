// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/guest/record/record_wire.h"
#include "bench/guest/record/record_writer.h"
#include "bench/host/machine/record_reader.h"

using namespace diobench;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

struct Heard {
    std::vector<std::string> payloads;
    RecordReader reader{[this](std::string_view p) { payloads.emplace_back(p); }};
};

/// Feeds the whole stream at once and closes it.
void feed(Heard& heard, const std::string& stream) {
    heard.reader.add(stream);
    heard.reader.close();
}

const std::string kTwoRecords = record_line("{\"a\":1}") + record_line("second one") + end_line(2);

}  // namespace

TEST(RecordStream, LinesAreAsDocumented) {
    // CRC-32C of "123456789" is the check value of RFC 3720.
    EXPECT_EQ(record_line("123456789"), "R e3069283 123456789\n");
    EXPECT_EQ(end_line(123456789), "E e3069283 123456789\n");
}

TEST(RecordStream, WholeStreamIsComplete) {
    Heard heard;
    feed(heard, kTwoRecords);
    EXPECT_THAT(heard.payloads, ElementsAre("{\"a\":1}", "second one"));
    EXPECT_TRUE(heard.reader.complete()) << heard.reader.fault();
    EXPECT_EQ(heard.reader.records(), 2u);
}

TEST(RecordStream, PiecesOfAnySizeGiveTheSame) {
    for (size_t piece = 1; piece < kTwoRecords.size(); ++piece) {
        Heard heard;
        for (size_t at = 0; at < kTwoRecords.size(); at += piece) heard.reader.add(kTwoRecords.substr(at, piece));
        heard.reader.close();
        EXPECT_TRUE(heard.reader.complete()) << "pieces of " << piece;
        EXPECT_EQ(heard.payloads.size(), 2u);
    }
}

TEST(RecordStream, EveryTruncationIsNoticed) {
    for (size_t size = 0; size < kTwoRecords.size(); ++size) {
        Heard heard;
        feed(heard, kTwoRecords.substr(0, size));
        EXPECT_FALSE(heard.reader.complete()) << "cut after " << size << " bytes";
        EXPECT_FALSE(heard.reader.fault().empty());
    }
}

TEST(RecordStream, EveryFlippedBitIsNoticed) {
    for (size_t bit = 0; bit < kTwoRecords.size() * 8; ++bit) {
        std::string damaged = kTwoRecords;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        Heard heard;
        feed(heard, damaged);
        EXPECT_FALSE(heard.reader.complete()) << "bit " << bit << ": " << damaged;
    }
}

TEST(RecordStream, LostRecordIsNoticedByTheCount) {
    Heard heard;
    feed(heard, record_line("one") + end_line(2));
    EXPECT_FALSE(heard.reader.complete());
    EXPECT_THAT(heard.reader.fault(), HasSubstr("counts 2 records, 1 came"));
}

TEST(RecordStream, NothingMayFollowTheEnd) {
    Heard heard;
    feed(heard, kTwoRecords + record_line("late"));
    EXPECT_FALSE(heard.reader.complete());
    EXPECT_THAT(heard.reader.fault(), HasSubstr("after the end record"));
    EXPECT_EQ(heard.payloads.size(), 2u);
}

TEST(RecordStream, DamagedRecordIsNotHandedOut) {
    std::string stream = kTwoRecords;
    stream[14] ^= 1;
    Heard heard;
    feed(heard, stream);
    EXPECT_THAT(heard.payloads, ElementsAre("second one"));
    EXPECT_THAT(heard.reader.fault(), HasSubstr("checksum of line 1"));
}

TEST(RecordWriter, WritesWhatTheReaderReads) {
    UniqueFd file(::memfd_create("records", 0));
    ASSERT_TRUE(file.valid());
    auto writer = RecordWriter::to_fd(file.get());
    ASSERT_TRUE(writer.write("{\"a\":1}"));
    ASSERT_TRUE(writer.write("second one"));
    ASSERT_TRUE(writer.finish());
    EXPECT_EQ(writer.count(), 2u);
    EXPECT_EQ(read_file("/proc/self/fd/" + std::to_string(file.get())).value(), kTwoRecords);
}

TEST(RecordWriter, RefusesWhatWouldBreakTheStream) {
    UniqueFd file(::memfd_create("records", 0));
    auto writer = RecordWriter::to_fd(file.get());
    EXPECT_FALSE(writer.write("two\nlines"));
    EXPECT_TRUE(writer.finish());
    EXPECT_FALSE(writer.write("late"));
    EXPECT_FALSE(writer.finish());
}

TEST(RecordWriter, FullFileIsAnError) {
    UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(full.valid());
    auto writer = RecordWriter::to_fd(full.get());
    auto status = writer.write("x");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().errno_value, ENOSPC);
    EXPECT_EQ(writer.count(), 0u);
}
