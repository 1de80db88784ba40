// SPDX-License-Identifier: GPL-2.0-only
// What the id of a cell says of it, a value a dimension.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diobench {

/// A dimension in which cells are described: those that every id has, the one first that says most to people.
struct PointDimension {
    std::string_view name;  ///< as in dimension_table(), or kMoreParts
    size_t part = 0;        ///< which part of an id it is; of kMoreParts the first
};
/// What ids have at their end of what is not as usual ("jobs4/mem48m"), as one dimension.
inline constexpr std::string_view kMoreParts = "more";
[[nodiscard]] std::span<const PointDimension> point_dimensions();

/// The values of point_dimensions(), as the id has them. Empty: the id has not all parts (the null engines', or none of a cell).
[[nodiscard]] std::vector<std::string> point_of(std::string_view cell);

/// A dimension has that value.
struct Literal {
    size_t dimension = 0;  ///< of point_dimensions()
    std::string value;
    bool operator==(const Literal&) const = default;
};

enum class ReadsForm { every, plural };
/// "every remote direct 4 KiB read of layout chunk, 32 at a time" or "remote direct 4 KiB reads of ..."; of nothing "every read".
[[nodiscard]] std::string reads_words(std::span<const Literal> where, ReadsForm form);
/// The same of one cell, all that its id says but for the workload and backend fscache; an id of another form is its own name.
[[nodiscard]] std::string cell_words(std::string_view cell);
/// "cache_state=remote,io=direct": the same description is the same text tomorrow.
[[nodiscard]] std::string literals_text(std::span<const Literal> where);
/// A glob of the ids that are so, "*/remote/direct/*": where the last part is not given, whatever follows matches.
[[nodiscard]] std::string id_glob(std::span<const Literal> where);

}  // namespace diobench
