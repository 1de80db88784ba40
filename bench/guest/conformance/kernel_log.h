// SPDX-License-Identifier: GPL-2.0-only
// What the kernel printed while a case ran, and whether it complained.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"

namespace diobench {

/// Case::flood_lines of an ordinary case.
constexpr size_t kFloodLines = 200;
/// Lines of a report that are kept.
constexpr size_t kReportLines = 60;

struct KernelComplaint {
    std::string first;  ///< the line that says what it is
    std::string text;   ///< that line and what follows, at most kReportLines lines
    /// Every kernel says this here, whatever the series: it fails no case.
    /// Two reports are so:
    /// * lockdep's of what every file system has that keeps its data in files of
    ///   another one: a page fault takes mmap_lock, then the file's
    ///   invalidate_lock, then (reading the cache file) that file's i_rwsem, under
    ///   which direct I/O to the cache file takes an mmap_lock.  It closes on
    ///   itself only when the buffer of that direct I/O is a mapping of a file
    ///   of the same cache.  lockdep is off after it.
    /// * that flush_tlb_mm() of ARCH=um walks a process's maple tree without RCU
    ///   or a lock (arch/um/kernel/tlb.c), when a ring of aio is freed.
    bool inherent = false;
};

/// The first complaint among messages (no time stamps) in the order they were
/// printed: what classify_message() knows, "VFS: Busy inodes", or a flood; an
/// inherent one only if there is no other.
/// What block layer and file systems say of a device that fails is none.
[[nodiscard]] std::optional<KernelComplaint> find_complaint(const std::vector<std::string>& messages, size_t flood_lines = kFloodLines);

/// The message of a /dev/kmsg record ("6,339,5140900,-;text\n KEY=value\n");
/// nothing if a program, not the kernel, wrote it.
[[nodiscard]] std::optional<std::string> kernel_message_of(std::string_view record);

/// Says in the kernel's log what is done now: the last thing that is read there of a kernel that dies of it.
void say_in_kernel_log(std::string_view text);

/// /dev/kmsg from a place on.
class KernelLog {
public:
    [[nodiscard]] static Result<KernelLog> open();
    /// What was printed since open() or the last call.  Messages that were
    /// overwritten before they could be read are replaced by one that says so.
    [[nodiscard]] Result<std::vector<std::string>> read_new();

private:
    explicit KernelLog(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

}  // namespace diobench
