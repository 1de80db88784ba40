// SPDX-License-Identifier: GPL-2.0-only
// The daemon against a socket that speaks as /dev/cachefiles does, with a
// plain file in place of the cache file.
#include <array>
#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/cachefiles.h>
#include <optional>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/guest/daemon/daemon.h"
#include "bench/guest/daemon/faults.h"

namespace diobench {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kPages = 8;

class DaemonFaultsTest : public testing::Test {
protected:
    void SetUp() override {
        auto folder = TempDirectory::create(testing::TempDir(), "faults");
        ASSERT_TRUE(folder);
        folder_.emplace(std::move(*folder));
        std::string blob;
        for (size_t i = 0; i < kPages; ++i) blob += std::string(kPage, static_cast<char>('a' + i));
        ASSERT_TRUE(write_file_atomic(folder_->path() / "blob", blob));
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, sockets_.data()), 0);
        stop_ = ::eventfd(0, 0);
        options_.blobs["blob"] = (folder_->path() / "blob").string();
        options_.faults = &faults_;
        daemon_ = std::thread([this] { EXPECT_TRUE(run_daemon(sockets_[1], stop_, options_, counters_)); });
    }

    void TearDown() override {
        const uint64_t one = 1;
        EXPECT_EQ(::write(stop_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
        daemon_.join();
        for (int fd : {sockets_[0], sockets_[1], stop_}) ::close(fd);
    }

    void send(uint32_t opcode, const std::string& body) {
        cachefiles_msg head;
        head.msg_id = ++msg_id_;
        head.opcode = opcode;
        head.len = static_cast<uint32_t>(sizeof head + body.size());
        head.object_id = 7;
        const std::string message = std::string(reinterpret_cast<const char*>(&head), sizeof head) + body;
        ASSERT_EQ(::write(sockets_[0], message.data(), message.size()), static_cast<ssize_t>(message.size()));
    }

    /// The daemon's answer to an OPEN.
    std::string open_blob() {
        const std::string volume("erofs,v\0", 8), cookie = "blob";
        const int fd = ::open((folder_->path() / "cache").c_str(), O_RDWR | O_CREAT, 0600);
        cachefiles_open open;
        open.volume_key_size = static_cast<uint32_t>(volume.size());
        open.cookie_key_size = static_cast<uint32_t>(cookie.size());
        open.fd = static_cast<uint32_t>(fd);
        open.flags = 0;
        send(CACHEFILES_OP_OPEN, std::string(reinterpret_cast<const char*>(&open), sizeof open) + volume + cookie);
        std::array<char, 128> answer{};
        for (int i = 0; i < 20000; ++i) {
            if (::read(sockets_[0], answer.data(), answer.size() - 1) > 0) return answer.data();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return "none";
    }

    void ask_for(uint64_t first_page, uint64_t pages) {
        const cachefiles_read read{first_page * kPage, pages * kPage};
        send(CACHEFILES_OP_READ, std::string(reinterpret_cast<const char*>(&read), sizeof read));
    }

    bool wait_for(const std::atomic<uint64_t>& counter, uint64_t value) {
        for (int i = 0; i < 20000 && counter < value; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return counter >= value;
    }

    /// One letter a page of what was written, '.' for pages that were not.
    std::string cached() {
        const std::string bytes = read_file(folder_->path() / "cache").value_or("");
        std::string pages;
        for (size_t at = 0; at < bytes.size(); at += kPage) pages += bytes[at] == 0 ? '.' : bytes[at];
        return pages;
    }

    std::optional<TempDirectory> folder_;
    std::array<int, 2> sockets_{};
    int stop_ = -1;
    uint32_t msg_id_ = 0;
    DaemonOptions options_;
    DaemonFaults faults_;
    DaemonCounters counters_;
    std::thread daemon_;
};

TEST_F(DaemonFaultsTest, ServesWhatIsAskedFor) {
    EXPECT_EQ(open_blob(), "copen 1,32768");
    ask_for(2, 2);
    ASSERT_TRUE(wait_for(counters_.reads, 1));
    EXPECT_EQ(cached(), "..cd");
    EXPECT_EQ(counters_.reads_taken, 1u);
    EXPECT_EQ(counters_.most_in_flight, 1u);
}

TEST_F(DaemonFaultsTest, RefusesToOpen) {
    faults_.open_errno = EIO;
    EXPECT_EQ(open_blob(), "copen 1,-5");
}

TEST_F(DaemonFaultsTest, FillsNothingAPrefixOrAnotherRange) {
    open_blob();
    faults_.fill_nothing = true;
    ask_for(0, 2);
    ASSERT_TRUE(wait_for(counters_.reads, 1));
    EXPECT_EQ(cached(), "");
    faults_.clear();
    faults_.fill_at_most_bytes = kPage + 1;
    ask_for(0, 3);
    ASSERT_TRUE(wait_for(counters_.reads, 2));
    EXPECT_EQ(cached(), "a");
    faults_.clear();
    faults_.fill_elsewhere_bytes = 3 * kPage;
    ask_for(1, 1);
    ASSERT_TRUE(wait_for(counters_.reads, 3));
    EXPECT_EQ(cached(), "a...e");
}

TEST_F(DaemonFaultsTest, LeavesOutSectorsOfZerosAtTheEnd) {
    open_blob();
    faults_.leave_zeros_out = true;
    ask_for(kPages - 1, 2);  // the last page, and one behind the blob's end
    ASSERT_TRUE(wait_for(counters_.reads, 1));
    EXPECT_EQ(cached(), ".......h");
    ask_for(kPages + 1, 1);  // nothing but zeros: one sector
    ASSERT_TRUE(wait_for(counters_.reads, 2));
    EXPECT_EQ(read_file(folder_->path() / "cache").value().size(), (kPages + 1) * kPage + 512);
}

TEST_F(DaemonFaultsTest, FailingWritesLeaveNothing) {
    open_blob();
    faults_.fail_writes = true;
    ask_for(0, 1);
    ASSERT_TRUE(wait_for(counters_.reads, 1));
    EXPECT_EQ(cached(), "");
    EXPECT_GE(counters_.errors, 1u);
}

TEST_F(DaemonFaultsTest, HoldsUntilReleasedAndServesLaterOnes) {
    open_blob();
    faults_.hold_reads = true;
    ask_for(0, 1);
    ASSERT_TRUE(wait_for(counters_.reads_taken, 1));
    faults_.hold_reads = false;
    ask_for(2, 1);
    ASSERT_TRUE(wait_for(counters_.reads, 1));
    EXPECT_EQ(cached(), "..c");
    EXPECT_EQ(counters_.most_in_flight, 2u);
    faults_.release();
    ASSERT_TRUE(wait_for(counters_.reads, 2));
    EXPECT_EQ(cached(), "a.c");
}

TEST_F(DaemonFaultsTest, AReadThatCountsIsTreatedAsWasSaidBefore) {
    open_blob();
    for (uint64_t round = 0; round < 500; ++round) {
        faults_.hold_reads = true;
        ask_for(0, 1);
        while (counters_.reads_taken <= round) {}  // whoever waits acts the moment it is counted
        faults_.hold_reads = false;
        if (round % 2 == 0) {
            std::this_thread::sleep_for(std::chrono::microseconds(300));
            ASSERT_EQ(counters_.reads, round) << "served though it was to be held";
        }
        faults_.release();
        ASSERT_TRUE(wait_for(counters_.reads, round + 1)) << "released before it was held, and then for ever";
    }
}

TEST_F(DaemonFaultsTest, DelaysOverlap) {
    open_blob();
    faults_.read_delay_ns = 1'000'000'000;
    const auto start = std::chrono::steady_clock::now();
    for (uint64_t i = 0; i < kPages; ++i) ask_for(i, 1);
    ASSERT_TRUE(wait_for(counters_.reads, kPages));
    const auto took = std::chrono::steady_clock::now() - start;
    EXPECT_GE(took, std::chrono::milliseconds(1000));
    EXPECT_EQ(counters_.most_in_flight, kPages);
    EXPECT_EQ(cached(), "abcdefgh");
}

}  // namespace
}  // namespace diobench
