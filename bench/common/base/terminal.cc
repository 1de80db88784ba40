// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/terminal.h"

#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace diobench {

namespace {

ColourUse colour_use = ColourUse::automatic;
bool quiet = false;

bool shows_colours(int fd) {
    if (colour_use != ColourUse::automatic) return colour_use == ColourUse::always;
    const char* none = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return ::isatty(fd) != 0 && (none == nullptr || *none == '\0') && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

}  // namespace

void use_colour(ColourUse use) { colour_use = use; }

void be_quiet() { quiet = true; }

std::string coloured(std::string_view text, Colour colour, int fd) {
    static constexpr const char* codes[] = {"", "31", "32", "33", "1", "2"};
    if (colour == Colour::none || !shows_colours(fd)) return std::string(text);
    return fmt::format("\033[{}m{}\033[0m", codes[static_cast<int>(colour)], text);
}

namespace {

size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

std::string clock_text(double seconds) {
    auto s = static_cast<long>(seconds + 0.5);
    return s >= 60 ? fmt::format("{}m{:02}s", s / 60, s % 60) : fmt::format("{}s", s);
}

constexpr auto kRedrawInterval = std::chrono::milliseconds(100);
constexpr auto kPlainInterval = std::chrono::seconds(15);
/// No time left is told before this part of all is done: a twentieth.
constexpr size_t kFewestTold = 20;

}  // namespace

Progress::Progress(std::string title, Shown shown)
    : title_(std::move(title)), shown_(shown), terminal_(::isatty(STDERR_FILENO) != 0), started_(std::chrono::steady_clock::now()),
      last_(started_) {}

Progress::~Progress() {
    std::lock_guard lock(mutex_);
    clear_line();
}

void Progress::clear_line() {
    if (drawn_) std::fputs("\r\033[K", stderr);
    drawn_ = false;
}

void Progress::stage(std::string title) {
    std::lock_guard lock(mutex_);
    title_ = std::move(title);
    started_ = std::chrono::steady_clock::now();
}

void Progress::update(size_t done, size_t total, std::string_view what) {
    if (shown_ == Shown::no || quiet) return;
    std::lock_guard lock(mutex_);
    auto now = std::chrono::steady_clock::now();
    if (now - last_ < (terminal_ ? std::chrono::nanoseconds(kRedrawInterval) : std::chrono::nanoseconds(kPlainInterval)))
        return;
    last_ = now;
    double elapsed = std::chrono::duration<double>(now - started_).count();
    std::string line = title_;
    if (total > 0) {
        line += fmt::format("  {}/{}", done, total);
        // Before, what is told of is mostly the way to the first.
        if (done * kFewestTold >= total && done < total)
            line += fmt::format("  {} left", clock_text(elapsed / static_cast<double>(done) * static_cast<double>(total - done)));
    }
    line += fmt::format("  {}  {}", clock_text(elapsed), what);
    if (!terminal_) {
        fmt::print(stderr, "{}\n", line);
        return;
    }
    if (size_t width = terminal_width(); line.size() >= width) line.resize(width - 1);
    fmt::print(stderr, "\r\033[K{}", line);
    std::fflush(stderr);
    drawn_ = true;
}

void Progress::finish(std::string_view text) {
    if (shown_ == Shown::no || (quiet && text.empty())) return;
    std::lock_guard lock(mutex_);
    clear_line();
    fmt::print(stderr, "{}\n", text);
}

}  // namespace diobench
