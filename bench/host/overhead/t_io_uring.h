// SPDX-License-Identifier: GPL-2.0-only
// fio's t/io_uring: its fastest reader. It knows no jobs and no statistics but
// a count of reads; each feature of io_uring is an option.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// What t/io_uring may have on or off, and ours has alike.
struct ReadFeature {
    std::string_view name;
    bool on;
    std::string_view option;  ///< of t/io_uring; empty: it is always so
};

/// Our engine that reads so.
inline constexpr std::string_view kSameFeaturesEngine = "io_uring-registered";
/// Offsets are not random, so that both read the same blocks in the same order: at random ours reads none again before it read
/// all, and t/io_uring finds some in the processor's cache.  One issuer and deferred task work are no option: both ask for them, and do without on a kernel that has none. The batches
/// that are submitted, and how many reads are waited for, are in t_io_uring_command().
inline constexpr std::array kSameFeatures = {
    ReadFeature{"registered files", true, "-F1"}, ReadFeature{"registered buffers", true, "-B1"}, ReadFeature{"registered ring", true, "-X1"},
    ReadFeature{"O_NOATIME", true, ""},           ReadFeature{"random offsets", false, "-R0"},    ReadFeature{"O_DIRECT", false, "-O0"},
    ReadFeature{"polled completions", false, "-p0"},
};

/// Command line of one thread that keeps `iodepth` reads in flight as our loop does: submits all that are free, waits for one.
/// Runs for some seconds, whatever it reads.
[[nodiscard]] std::vector<std::string> t_io_uring_command(const fs::path& program, const fs::path& file, unsigned iodepth, uint64_t block_size_bytes);

/// Reads a second from what it printed, which rounds: to tens from 100,000 on, to ten thousands from a million on, so by half a
/// percent at most. Errors: any line that is not as t_io_uring_command() makes fio 3.33 print it; it complains in lines of its
/// own, and ends with 0 all the same.
[[nodiscard]] Result<double> t_io_uring_reads_per_s(std::string_view output, unsigned iodepth);

}  // namespace diobench
