// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/trace/record.h"

#include <chrono>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/trace/tracer.h"

namespace diobench {

Result<Recording> record_trace(const fs::path& root, const std::vector<std::string>& argv) {
    std::error_code error;
    const fs::path whole = fs::canonical(root, error);
    if (error) return fail_errno("record reads below", root.string(), error.value());
    if (!fs::is_directory(whole)) return fail("record reads below", root.string(), "it must be a folder");
    const auto start = std::chrono::steady_clock::now();
    ReadWatcher watcher(TraceRoot(whole.string()), [start] {
        return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count());
    });
    auto status = trace_program(argv, watcher);
    if (!status) return forward(status);
    return Recording{watcher.trace(), watcher.gaps(), *status};
}

std::vector<std::string> gap_sentences(const TraceGaps& gaps) {
    std::vector<std::string> out;
    if (gaps.io_uring)
        out.emplace_back("INCOMPLETE: the program submitted to io_uring; what it read that way cannot be seen and is NOT in the trace"
                         " (have it read by other calls, if it can)");
    if (gaps.foreign_abi) out.emplace_back("INCOMPLETE: a 32-bit program ran; its reads are NOT in the trace");
    if (gaps.deleted_reads != 0)
        out.push_back(fmt::format("INCOMPLETE: {} reads of files that had been deleted are NOT in the trace", gaps.deleted_reads));
    if (gaps.mapped_reads != 0)
        out.push_back(fmt::format("{} lines stand for mappings: buffered reads of all that was mapped, though a program may touch less of it",
                                  gaps.mapped_reads));
    if (gaps.asynchronous_reads != 0)
        out.push_back(fmt::format("{} reads were submitted by io_submit, and are taken as done in full", gaps.asynchronous_reads));
    if (gaps.unaligned_direct_reads != 0)
        out.push_back(fmt::format("{} reads were O_DIRECT but not aligned to {} bytes; they are noted as buffered", gaps.unaligned_direct_reads,
                                  kTraceDirectAlignmentBytes));
    return out;
}

std::string format_recording(const Recording& recording, const std::vector<std::string>& argv) {
    std::string command;
    // An argument may hold a newline, which would end the comment.
    for (const char byte : join(argv, " ")) command += static_cast<unsigned char>(byte) < ' ' ? ' ' : byte;
    std::vector<std::string> comments = {"reads of: " + command};
    for (const auto& sentence : gap_sentences(recording.gaps)) comments.push_back(sentence);
    return format_trace(recording.trace, comments);
}

}  // namespace diobench
