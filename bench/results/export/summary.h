// SPDX-License-Identifier: GPL-2.0-only
// A run as plain text that can be pasted into a mail to a kernel list.
#pragma once

#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/results/compare/comparison.h"

namespace diobench {

inline constexpr std::string_view kSummaryFileName = "summary.txt";

/// ASCII, at most 72 columns and, for four kernels, 60 lines: the setup, the answer with its table of classes, what was
/// refused or wrong, and how to do it again.  A line is longer only where one word of it is (a path, a hash).
[[nodiscard]] Result<std::string> summary_text(const Comparison& comparison);
/// The same for a run that verified and measured nothing.
[[nodiscard]] std::string verify_summary_text(const Results& results);
[[nodiscard]] Status write_summary(const fs::path& file, const Results& results);

}  // namespace diobench
