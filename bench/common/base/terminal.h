// SPDX-License-Identifier: GPL-2.0-only
// What a person sees while waiting.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

namespace diobench {

/// Columns of text and tables that are written for people, whatever the terminal.
inline constexpr size_t kTextWidth = 100;

enum class Colour { none, red, green, yellow, bold, dim };

enum class ColourUse {
    automatic,  ///< on a terminal that is not "dumb", unless NO_COLOR is set and not empty (no-color.org)
    always,
    never,
};
/// --color, for all that is printed from here on.
void use_colour(ColourUse use);
/// --quiet: Progress no longer says what is going on; lasting answers and errors remain.
void be_quiet();

/// `text` in a colour where colours are used; else plain.
[[nodiscard]] std::string coloured(std::string_view text, Colour colour, int fd = 1);

/// One line on standard error that says what is going on, how far it is and
/// how long it will take.  On a terminal it is redrawn in place; elsewhere a
/// plain line is printed now and then (at most one each 15 s).  Thread-safe.
class Progress {
public:
    /// Not shown: says nothing at all, where somebody else tells of it.
    enum class Shown { yes, no };
    explicit Progress(std::string title, Shown shown = Shown::yes);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Begins another stage: a new title, and the time left is counted from here.
    void stage(std::string title);
    /// `done` of `total` steps (total 0: unknown) and what is being done now.
    void update(size_t done, size_t total, std::string_view what);
    /// Clears the line and prints `text` as the lasting answer.
    void finish(std::string_view text);

private:
    void clear_line();
    std::string title_;
    Shown shown_;
    bool terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point started_;
    std::chrono::steady_clock::time_point last_;
    std::mutex mutex_;
};

}  // namespace diobench
