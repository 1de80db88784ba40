// SPDX-License-Identifier: GPL-2.0-only
// Where in a file a hunk that does not fit was probably meant to go.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/host/kernel/unified_diff.h"

namespace diobench {

/// The part of a file that is most like the old lines of a hunk.  Lines are
/// counted from 0 here, and from 1 in texts for people.
struct NearPlace {
    size_t first = 0;  ///< first and last line of the file that have a counterpart in the hunk
    size_t last = 0;
    double similarity = 0;  ///< share of the hunk's old lines found there, in their order, 0 to 1; blank lines and braces weigh little
    /// For each old line its line in the file; nothing: not there.  Lines that differ in white space only count as there.
    std::vector<std::optional<size_t>> match;
    /// The first old line that is not there byte for byte, if any.
    std::optional<size_t> missing;
    bool only_white_space = false;  ///< all old lines are there, some with other white space
};

/// Lines of a text without their newlines; a last line without one is a line.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);
/// The start of `old_lines` in `file` that is nearest to `expected` and not before `from`; nothing: they are not there.
[[nodiscard]] std::optional<size_t> find_exactly(const std::vector<std::string>& file, const std::vector<std::string>& old_lines, size_t expected, size_t from);
/// The most similar place; of several the one nearest to `expected`.
[[nodiscard]] NearPlace find_near(const std::vector<std::string>& file, const std::vector<std::string>& old_lines, size_t expected);
/// Says which line of the hunk is not there and shows the three nearest lines of the file with their numbers:
/// a sentence, and three lines after it.
[[nodiscard]] std::string describe_near(const std::vector<std::string>& file, const Hunk& hunk);

}  // namespace diobench
