// SPDX-License-Identifier: GPL-2.0-only
// The header of a distribution's patch (DEP-3, https://dep-team.pages.debian.net/deps/dep3/).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace diobench {

struct Dep3Header {
    std::string title;    ///< the first line of Description or Subject
    std::string message;  ///< its other lines, and the text behind the fields
    std::string author;   ///< of Author or From, as written; empty: none
    std::string date;     ///< of Last-Update, at midnight; empty: none
};

/// The fields in front of a diff: Description or Author among them, and no Message-ID, which a mail has.  Nothing: others.
[[nodiscard]] std::optional<Dep3Header> read_dep3(std::string_view text);

}  // namespace diobench
