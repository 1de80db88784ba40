// SPDX-License-Identifier: GPL-2.0-only
// The answer in sentences, computed from the numbers.
#pragma once

#include <string>
#include <vector>

#include "bench/results/compare/comparison.h"

namespace diobench {

/// Differences of less than this share are told apart from neither gain nor cost.
inline constexpr double kSameWithin = 0.01;

/// What the candidate gains against the reference and what it costs, of each
/// kind of number, for none of which is told in one sentence with another; and
/// how near it comes to the floor.  Signs follow the numbers: what got worse is
/// a cost, and a gain of nothing is said to be none.
[[nodiscard]] std::vector<std::string> headline(const Comparison& comparison);

/// One sentence for each kind of thing without a number or not as it should
/// be: kernels, boots, conformance, cells; then what the run itself found.
[[nodiscard]] std::vector<std::string> problems(const Results& results);

/// Wraps at spaces; every line but the first starts with `indent` spaces. Words longer than a line stay whole.
[[nodiscard]] std::string wrap_text(std::string_view text, size_t width, size_t indent);

}  // namespace diobench
