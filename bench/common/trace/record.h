// SPDX-License-Identifier: GPL-2.0-only
// Records the reads a program does on the files below a folder.  Host only.
#pragma once

#include <string>
#include <vector>

#include "bench/common/trace/read_watcher.h"
#include "bench/common/trace/trace.h"

namespace diobench {

struct Recording {
    Trace trace;
    TraceGaps gaps;
    int exit_status = 0;  ///< of the program: 128 + signal number if it was killed
};

/// Runs `argv` to its end and notes its reads of regular files below `root`,
/// an existing folder, and those of all its children.  Times count from the
/// start of the program.  Errors and conditions as trace_program().
[[nodiscard]] Result<Recording> record_trace(const fs::path& root, const std::vector<std::string>& argv);

/// One sentence for each gap, the worst first; none for a trace without any.
[[nodiscard]] std::vector<std::string> gap_sentences(const TraceGaps& gaps);

/// The recording as a file: where it comes from and its gaps stand in comments.
[[nodiscard]] std::string format_recording(const Recording& recording, const std::vector<std::string>& argv);

}  // namespace diobench
