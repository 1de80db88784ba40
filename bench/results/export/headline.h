// SPDX-License-Identifier: GPL-2.0-only
// The answer in sentences, computed from the numbers.
#pragma once

#include <string>
#include <vector>

#include "bench/results/export/comparison.h"

namespace diobench {

/// Differences of less than this share are told apart from neither gain nor cost.
inline constexpr double kSameWithin = 0.01;

/// Three sentences: what the candidate gains against the reference, what it
/// costs, and how near it comes to raw reads.  Signs follow the numbers: what
/// got worse is a cost, and a gain of nothing is said to be none.
[[nodiscard]] std::vector<std::string> headline(const Comparison& comparison);

/// One sentence for each kind of thing without a number or not as it should
/// be: kernels, boots, conformance, cells; then what the run itself found.
[[nodiscard]] std::vector<std::string> problems(const Results& results);

/// Wraps at spaces; every line but the first starts with `indent` spaces. Words longer than a line stay whole.
[[nodiscard]] std::string wrap_text(std::string_view text, size_t width, size_t indent);

}  // namespace diobench
