// SPDX-License-Identifier: GPL-2.0-only
// A run as GitHub-flavoured Markdown, for the text of a pull request.
#pragma once

#include <string>
#include <string_view>

#include "bench/common/base/error.h"
#include "bench/results/compare/comparison.h"

namespace diobench {

/// As a cell of a table or a line of a list takes it.
[[nodiscard]] std::string escape_markdown(std::string_view text);

/// The answer of a run that measured: recommendation, table of classes, cost, what was checked, and `command`, which a shell
/// takes to make the run again.
[[nodiscard]] Result<std::string> markdown_text(const Comparison& comparison, const std::string& command);
/// Of all kernels of a run; one that measured no cell is an error.
[[nodiscard]] Result<std::string> markdown_text(const Results& results, const std::string& command);

}  // namespace diobench
