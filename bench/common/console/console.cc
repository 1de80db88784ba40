// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/console/console.h"

#include <array>
#include <cctype>
#include <optional>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

enum class Match { prefix, anywhere };

struct Pattern {
    std::string_view text;
    Match match;
    BootOutcome outcome;
};

// In this order: "watchdog: BUG: soft lockup" is a hang, though it says BUG.
// Texts from the kernel's source (6.12): the file that prints it behind each.
constexpr std::array kPatterns = {
    Pattern{"Kernel panic - not syncing", Match::prefix, BootOutcome::panic},        // kernel/panic.c
    Pattern{"BUG: soft lockup", Match::anywhere, BootOutcome::hang},                 // kernel/watchdog.c
    Pattern{"BUG: workqueue lockup", Match::prefix, BootOutcome::hang},              // kernel/workqueue.c
    Pattern{"hard LOCKUP", Match::anywhere, BootOutcome::hang},                      // kernel/watchdog.c
    Pattern{" blocked for more than ", Match::anywhere, BootOutcome::hang},          // kernel/hung_task.c
    Pattern{"self-detected stall", Match::anywhere, BootOutcome::hang},              // kernel/rcu/tree_stall.h
    Pattern{"detected stalls on CPUs", Match::anywhere, BootOutcome::hang},          // kernel/rcu/tree_stall.h
    Pattern{"detected expedited stalls on CPUs", Match::anywhere, BootOutcome::hang},// kernel/rcu/tree_exp.h
    Pattern{"BUG: ", Match::prefix, BootOutcome::oops},                              // KASAN, page faults, sleeping in atomic
    Pattern{"BUG ", Match::prefix, BootOutcome::oops},                               // mm/slub.c: "BUG kmalloc-64: Poison overwritten"
    Pattern{"kernel BUG at ", Match::prefix, BootOutcome::oops},                     // lib/bug.c
    Pattern{"Oops: ", Match::prefix, BootOutcome::oops},                             // arch/x86/kernel/dumpstack.c
    Pattern{"Oops - ", Match::anywhere, BootOutcome::oops},                          // arch/arm64, riscv
    Pattern{"Internal error: ", Match::prefix, BootOutcome::oops},                   // arch/arm64/kernel/traps.c
    Pattern{"general protection fault", Match::prefix, BootOutcome::oops},           // arch/x86/kernel/traps.c, to 6.9
    Pattern{"traps: PANIC: double fault", Match::prefix, BootOutcome::oops},         // arch/x86/kernel/traps.c
    Pattern{"KASAN: ", Match::prefix, BootOutcome::oops},                            // mm/kasan/report.c
    Pattern{"UBSAN: ", Match::prefix, BootOutcome::oops},                            // lib/ubsan.c
    Pattern{"WARNING: ", Match::prefix, BootOutcome::warning},                       // kernel/panic.c, lockdep
    Pattern{"INFO: trying to register non-static key", Match::prefix, BootOutcome::warning},    // lockdep
    Pattern{"DEBUG_LOCKS_WARN_ON", Match::prefix, BootOutcome::warning},                        // lockdep
    Pattern{"page allocation failure", Match::anywhere, BootOutcome::warning},                  // mm/page_alloc.c
};

// What follows "reboot: " when the kernel itself ends the machine (kernel/reboot.c).
constexpr std::array<std::string_view, 4> kEndTexts = {"reboot: Power down", "reboot: Restarting system", "reboot: Power off not available",
                                                       "reboot: System halted"};

/// "invalid opcode: 0000 [#1] SMP": the header of every die() on x86.
bool is_die_header(std::string_view message) {
    size_t at = message.find(" [#");
    if (at == std::string_view::npos || at < 6 || message.substr(at - 6, 2) != ": ") return false;
    for (char c : message.substr(at - 4, 4))
        if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return false;
    return true;
}

bool is_time_stamp(std::string_view inside) {
    size_t dot = inside.find('.');
    if (dot == std::string_view::npos || inside.size() - dot != 7) return false;
    for (char c : trim(inside))
        if (c != '.' && std::isdigit(static_cast<unsigned char>(c)) == 0) return false;
    return true;
}

/// The message of a kernel's line: what follows "[   12.345678] ", also when
/// user space left an unfinished line before it.  None for other lines: what a
/// program prints ("WARNING: ...") says nothing about the kernel.
std::optional<std::string_view> kernel_message(std::string_view line) {
    for (size_t open = line.find('['); open != std::string_view::npos; open = line.find('[', open + 1)) {
        size_t close = line.find(']', open);
        if (close == std::string_view::npos) break;
        if (!is_time_stamp(line.substr(open + 1, close - open - 1))) continue;
        std::string_view message = line.substr(close + 1);
        // CONFIG_PRINTK_CALLER adds "[    T1]" or "[    C0]".
        if (message.starts_with("[")) message.remove_prefix(std::min(message.size(), message.find(']') + 1));
        return trim(message);
    }
    return std::nullopt;
}

}  // namespace

std::string_view outcome_name(BootOutcome outcome) {
    static constexpr std::array<std::string_view, 6> names = {"ok",   "cannot-start", "panic",
                                                              "oops", "warning",      "hang"};
    return names.at(static_cast<size_t>(outcome));
}

BootOutcome classify_message(std::string_view message) {
    for (const auto& pattern : kPatterns) {
        bool hit = pattern.match == Match::prefix ? message.starts_with(pattern.text)
                                                  : message.find(pattern.text) != std::string_view::npos;
        if (hit) return pattern.outcome;
    }
    return is_die_header(message) ? BootOutcome::oops : BootOutcome::ok;
}

std::vector<std::string> first_complaint(std::string_view console, size_t most) {
    std::vector<std::string> messages;
    std::optional<size_t> fatal, warning;
    for (const auto& line : split(console, '\n')) {
        const auto message = kernel_message(line);
        if (!message) continue;
        const BootOutcome outcome = classify_message(*message);
        if (!fatal && outcome != BootOutcome::ok && outcome != BootOutcome::warning) fatal = messages.size();
        if (!warning && outcome == BootOutcome::warning) warning = messages.size();
        messages.emplace_back(*message);
    }
    const auto first = fatal ? fatal : warning;
    if (!first) return {};
    messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(*first));
    if (messages.size() > most) messages.resize(most);
    return messages;
}

void ConsoleScanner::add(std::string_view bytes) {
    rest_ += bytes;
    size_t from = 0;
    for (size_t nl; (nl = rest_.find('\n', from)) != std::string::npos; from = nl + 1)
        take_line(std::string_view(rest_).substr(from, nl - from));
    rest_.erase(0, from);
}

void ConsoleScanner::close() {
    if (!rest_.empty()) take_line(rest_);
    rest_.clear();
}

void ConsoleScanner::take_line(std::string_view line) {
    auto message = kernel_message(line);
    if (!message) return;
    kernel_seen_ = true;
    for (auto text : kEndTexts) end_seen_ = end_seen_ || message->starts_with(text);
    BootOutcome found = classify_message(*message);
    if (found == BootOutcome::ok || fatal()) return;
    if (found == BootOutcome::warning && outcome_ == BootOutcome::warning) return;
    outcome_ = found;
    evidence_ = *message;
}

}  // namespace diobench
