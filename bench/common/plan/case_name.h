// SPDX-License-Identifier: GPL-2.0-only
// Names of conformance cases: "data/flat/mmap" speaks of EROFS over fscache,
// "data/flat/every-way@loop" of the same image on another back end.
#pragma once

#include <string_view>

namespace diobench {

struct CaseName {
    std::string_view statement;  ///< "data/flat/every-way"
    std::string_view backend;    ///< "loop"; kFscache where the name says none
};
/// Views into `name`.
[[nodiscard]] CaseName parse_case_name(std::string_view name);

/// Whether somebody who asks for `glob` means the case: one without '@' asks for a statement on every back end.
[[nodiscard]] bool asks_for(std::string_view glob, std::string_view name);
/// Whether what is said of `glob` (a known failure) is said of the case: one without '@' speaks of fscache alone.
[[nodiscard]] bool speaks_of(std::string_view glob, std::string_view name);

}  // namespace diobench
