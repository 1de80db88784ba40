// SPDX-License-Identifier: GPL-2.0-only
// What a kernel's console says about how it fares.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/console/boot_outcome.h"

namespace diobench {

/// As in results.json: "ok", "cannot-start", "panic", "oops", "warning", "hang".
[[nodiscard]] std::string_view outcome_name(BootOutcome outcome);

/// Reads a console as it grows.  The first fatal text (panic, oops, hang)
/// decides; a warning counts only if nothing fatal follows.
class ConsoleScanner {
public:
    void add(std::string_view bytes);
    /// Call once when nothing more will come: takes a last line without line end.
    void close();

    /// ok, or what the kernel's text amounts to.
    [[nodiscard]] BootOutcome outcome() const { return outcome_; }
    [[nodiscard]] bool fatal() const { return outcome_ != BootOutcome::ok && outcome_ != BootOutcome::warning; }
    /// The line that decided, without its time stamp; empty for ok.
    [[nodiscard]] const std::string& evidence() const { return evidence_; }
    /// True once the kernel printed a line (one with a time stamp).
    [[nodiscard]] bool kernel_seen() const { return kernel_seen_; }
    /// True once the kernel said that it powers off, restarts or halts.
    [[nodiscard]] bool end_seen() const { return end_seen_; }

private:
    void take_line(std::string_view line);

    std::string rest_;
    BootOutcome outcome_ = BootOutcome::ok;
    std::string evidence_;
    bool kernel_seen_ = false;
    bool end_seen_ = false;
};

/// What one message (no time stamp) means; ok for an ordinary one.
[[nodiscard]] BootOutcome classify_message(std::string_view message);
/// What a kernel said when it began to complain: the first fatal message of a console, or else the first warning, and what
/// follows, at most `most` messages without their time stamps. Empty if it never complained.
[[nodiscard]] std::vector<std::string> first_complaint(std::string_view console, size_t most);

}  // namespace diobench
