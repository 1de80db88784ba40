// SPDX-License-Identifier: GPL-2.0-only
// What may come next on a command line: for the completions of shells (scripts/completion/), from the tables that --help shows.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace diobench {

/// A word that may come next.
struct NextWord {
    std::string word;   ///< whole; one that ends in '/', '=' or ',' goes on
    std::string about;  ///< one line, or empty
};

struct Completion {
    enum class Files { none, files, folders };  ///< what the shell adds of its own
    std::vector<NextWord> words;
    Files files = Files::none;
};

/// What may stand in place of the last of `words` (which is begun, or empty) behind the words before it.
[[nodiscard]] Completion complete(CLI::App& app, const std::vector<std::string>& words);

/// As a shell reads it: "word<TAB>about" a line; ":files" or ":folders" alone in one asks it to add its own.
[[nodiscard]] std::string completion_text(const Completion& completion);

/// Whether somebody decided what can be the value of this option or argument: a kind of names, files, or anything.
[[nodiscard]] bool has_completion(const CLI::App& command, CLI::Option& option);

}  // namespace diobench
