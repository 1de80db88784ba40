// SPDX-License-Identifier: GPL-2.0-only
// Which of many cells something happened to, in the fewest words: "every remote read: 32 of 32; nothing else: 0 of 148". Pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bench/verdict/pattern/point.h"

namespace diobench {

/// A description, and the cells it is true of: numbers of the cells that were given.
struct PatternGroup {
    std::vector<Literal> where;  ///< all of them hold; empty: every cell
    std::vector<size_t> moved;   ///< it happened to
    std::vector<size_t> still;   ///< it did not happen to
};

/// Descriptions that together say what moved. No cell is in two groups.
struct CellPattern {
    std::vector<PatternGroup> groups;  ///< the one with most cells first
    std::vector<size_t> others;        ///< moved, and in no group
    size_t outside = 0;                ///< cells in no group, those of `others` among them
};

/// At most so many groups: more is no pattern.
inline constexpr size_t kMostGroups = 3;

/// The cheapest of the descriptions by values of dimensions: a group costs one and one more for each literal, a cell that a group holds
/// and nothing happened to one and a half, a cell in no group that something happened to three. `moved` has an entry a cell.
[[nodiscard]] CellPattern find_pattern(std::span<const std::string> cells, const std::vector<bool>& moved);

/// "every remote read", of one cell all that its id says, of a group with exceptions "remote reads".
[[nodiscard]] std::string group_words(const PatternGroup& group, std::span<const std::string> cells);
/// " (not 32 at a time: 0 of 8)": what the exceptions of a group have in common, or which they are, or nothing.
[[nodiscard]] std::string exception_words(const PatternGroup& group, std::span<const std::string> cells);
/// All of it: each group with its counts, then what is in none.
[[nodiscard]] std::string pattern_words(const CellPattern& pattern, std::span<const std::string> cells);

}  // namespace diobench
