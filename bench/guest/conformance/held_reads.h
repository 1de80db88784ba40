// SPDX-License-Identifier: GPL-2.0-only
// A crowd: many asynchronous reads that the daemon has been asked for and does not answer.
#pragma once

#include <cstdint>
#include <optional>

#include "bench/common/base/error.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

/// A workqueue of Linux 6.12 has at most so many works active at once (include/linux/workqueue.h, WQ_MAX_ACTIVE): one that
/// is taken by each read that waits has none left for others.
inline constexpr unsigned kCrowd = 512;

/// For a crowd to come to its end once the daemon answers, on a busy host.
inline constexpr milliseconds kCrowdsEnd{60'000};

/// A process with kCrowd direct reads by libaio outstanding, of every other block of the file from `offset_bytes` on; each
/// waits for a READ of its own, and DaemonFaults::hold_reads is set from now on.  Its answer: what is wrong with what they gave.
struct Crowd {
    ReaderProcess process;
    uint64_t reads = 0;  ///< READs that reached the daemon: less than kCrowd if the kernel sends no more at once
};
[[nodiscard]] Result<Crowd> hold_crowd(World& world, const OpenFile& file, uint64_t offset_bytes);

/// A finding that skips a case on a kernel that had fewer outstanding.
[[nodiscard]] std::optional<Finding> unless_crowded(const Crowd& crowd);

}  // namespace diobench
