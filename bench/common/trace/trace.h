// SPDX-License-Identifier: GPL-2.0-only
// A trace of reads: which bytes of which files a program read, and when.
// The text format is described in docs/traces.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// The first line of every trace.
constexpr std::string_view kTraceHeader = "# diobench-trace 1";
/// The largest read a line may hold.
constexpr uint32_t kMaxTraceReadBytes = 16U << 20;
/// Offset and length of a direct read are multiples of this.
constexpr uint32_t kTraceDirectAlignmentBytes = 512;
/// A direct read may reach beyond the end of its file, but not beyond the block of this size that holds it.
constexpr uint32_t kTraceBlockBytes = 4096;
/// A read of at most this many bytes counts as small.
constexpr uint32_t kSmallReadBytes = 64U << 10;

struct TraceRead {
    uint64_t time_ns = 0;      ///< since the start of the program; never less than that of the read before
    uint32_t file = 0;         ///< index into Trace::files
    uint64_t offset_bytes = 0;
    uint32_t length_bytes = 0; ///< 1 .. kMaxTraceReadBytes
    bool direct = false;       ///< O_DIRECT; offset and length are then multiples of kTraceDirectAlignmentBytes

    bool operator==(const TraceRead&) const = default;
};

struct Trace {
    std::vector<std::string> files;  ///< relative to the root of the data, in the order of their first read
    std::vector<TraceRead> reads;    ///< in the order they were begun

    bool operator==(const Trace&) const = default;
};

/// Reads the text format.  `name` stands before the line number in errors,
/// which say what would be right; a trace without a read is an error too.
[[nodiscard]] Result<Trace> parse_trace(std::string_view text, const std::string& name);
/// parse_trace() of a file.
[[nodiscard]] Result<Trace> read_trace(const fs::path& path);
/// The text that parse_trace() makes the same trace of.  `comments` are lines
/// without their "# ", put behind the first line.
[[nodiscard]] std::string format_trace(const Trace& trace, const std::vector<std::string>& comments = {});

/// The size of a file of the data in bytes, or nothing if there is no such file.
using TraceFileSize = std::function<std::optional<uint64_t>(const std::string& file)>;
/// Whether every read lies inside its file, so that a replay reads exactly
/// what the trace says.  A direct read may end behind the end of the file, in
/// its last block.  `name` is that of the trace, for the error.
[[nodiscard]] Status check_trace_fits(const Trace& trace, const std::string& name, const TraceFileSize& size_of);
/// The bytes that reading `read` of a file of `size_bytes` must return: less
/// than its length only for a direct read of the last block.
[[nodiscard]] uint64_t trace_read_bytes(const TraceRead& read, uint64_t size_bytes);

/// What a trace holds, of one file or of all.
struct TraceSummary {
    uint64_t reads = 0;
    uint64_t bytes = 0;             ///< sum of the lengths
    uint64_t small_reads = 0;       ///< of at most kSmallReadBytes
    uint64_t direct_reads = 0;
    uint64_t sequential_reads = 0;  ///< that begin where the read before of the same file ended
    uint64_t end_bytes = 0;         ///< the furthest end of a read in its file
    uint64_t duration_ns = 0;       ///< from the first read to the last

    bool operator==(const TraceSummary&) const = default;
};

[[nodiscard]] TraceSummary summarize_trace(const Trace& trace);
/// One for each of Trace::files, in their order.
[[nodiscard]] std::vector<TraceSummary> summarize_trace_files(const Trace& trace);

}  // namespace diobench
