// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/kernel_log.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace diobench {
namespace {

std::vector<std::string> lines(size_t count, const std::string& text) { return std::vector<std::string>(count, text); }

TEST(KernelMessage, IsWhatFollowsTheSemicolon) {
    EXPECT_EQ(kernel_message_of("4,1234,98765,-;BUG: KASAN: slab-use-after-free in x\n SUBSYSTEM=block\n"), "BUG: KASAN: slab-use-after-free in x");
    EXPECT_EQ(kernel_message_of("6,1,2,-,caller=T1;a; b\n"), "a; b");
}

TEST(KernelMessage, HasItsLineEnds) {
    EXPECT_EQ(kernel_message_of("4,1,2,-;\\x0abut task is already holding lock:\n"), "but task is already holding lock:");
    EXPECT_EQ(kernel_message_of("4,1,2,-;a\\x0a  b\n"), "a\n  b");
}

TEST(KernelMessage, OfAProgramIsNone) {
    // Facility 1 (user) is 8 + severity.
    EXPECT_EQ(kernel_message_of("12,1234,98765,-;WARNING: written by a program\n"), std::nullopt);
    EXPECT_EQ(kernel_message_of("no record"), std::nullopt);
}

TEST(FindComplaint, TakesTheReportFromItsFirstLineOn) {
    std::vector<std::string> messages = {"erofs: (device erofs): mounted with root inode @ nid 36.", "WARNING: CPU: 0 PID: 1 at fs/erofs/fscache.c:171", "Call Trace:"};
    auto found = find_complaint(messages);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->first, messages[1]);
    EXPECT_EQ(found->text, messages[1] + "\n" + messages[2]);
}

TEST(FindComplaint, KnowsReportsOfEveryKind) {
    for (const char* text : {"BUG: KASAN: slab-use-after-free in erofs_fscache_req_put+0x1/0x2", "BUG kmalloc-96 (Not tainted): Poison overwritten",
                             "BUG: sleeping function called from invalid context at mm/slab.h:1", "INFO: task diobench:7 blocked for more than 20 seconds.",
                             "WARNING: possible circular locking dependency detected", "kernel BUG at fs/cachefiles/io.c:1!", "VFS: Busy inodes after unmount of erofs"})
        EXPECT_TRUE(find_complaint({"before", text})) << text;
}

TEST(FindComplaint, LeavesOutWhatIsUsual) {
    EXPECT_FALSE(find_complaint({"erofs: (device erofs): [deprecated] fscache-based on-demand read feature in use. Use at your own risk!",
                                 "erofs: (device erofs): prepare_ondemand_read failed (source 2)", "I/O error, dev dm-0, sector 8 op 0x0:(READ)",
                                 "EXT4-fs (dm-0): mounted filesystem", "CacheFiles: File cache on diobench registered"}));
    EXPECT_FALSE(find_complaint({}));
}

std::vector<std::string> circular(const std::string& chain) {
    return {"WARNING: possible circular locking dependency detected", "init/90 is trying to acquire lock:", "Chain exists of:\n  " + chain,
            "Possible unsafe locking scenario:"};
}

TEST(FindComplaint, KnowsTheLockChainThatEveryKernelHas) {
    auto usual = circular("mapping.invalidate_lock#3 --> &sb->s_type->i_mutex_key#8 --> &mm->mmap_lock");
    ASSERT_TRUE(find_complaint(usual));
    EXPECT_TRUE(find_complaint(usual)->inherent);
    for (const char* other : {"mapping.invalidate_lock#3 --> &req->lock --> &mm->mmap_lock", "&sb->s_type->i_mutex_key#8 --> &mm->mmap_lock",
                              "mapping.invalidate_lock#3 --> &sb->s_type->i_mutex_key#8 --> &fscache_lock --> &mm->mmap_lock"}) {
        ASSERT_TRUE(find_complaint(circular(other))) << other;
        EXPECT_FALSE(find_complaint(circular(other))->inherent) << other;
    }
}

TEST(FindComplaint, TellsWhatFollowsAnInherentOne) {
    auto messages = circular("mapping.invalidate_lock#3 --> &sb->s_type->i_mutex_key#8 --> &mm->mmap_lock");
    messages.emplace_back("BUG: KASAN: slab-use-after-free in x");
    ASSERT_TRUE(find_complaint(messages));
    EXPECT_EQ(find_complaint(messages)->first, messages.back());
    EXPECT_FALSE(find_complaint(messages)->inherent);
}

TEST(FindComplaint, CutsLongReports) {
    auto messages = lines(kReportLines + 40, "more");
    messages.front() = "BUG: unable to handle page fault";
    auto found = find_complaint(messages);
    ASSERT_TRUE(found);
    EXPECT_EQ(std::count(found->text.begin(), found->text.end(), '\n') + 1, static_cast<ptrdiff_t>(kReportLines));
}

TEST(FindComplaint, TakesAFloodForOne) {
    EXPECT_FALSE(find_complaint(lines(kFloodLines, "erofs: fscache_read failed (ret -14)")));
    auto found = find_complaint(lines(kFloodLines + 1, "erofs: fscache_read failed (ret -14)"));
    ASSERT_TRUE(found);
    EXPECT_NE(found->first.find("201 lines"), std::string::npos) << found->first;
    // What the block layer says of a device that was broken on purpose does not count.
    EXPECT_FALSE(find_complaint(lines(kFloodLines + 1, "I/O error, dev dm-0, sector 8 op 0x0:(READ) flags 0x800")));
}

}  // namespace
}  // namespace diobench
