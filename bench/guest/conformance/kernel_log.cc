// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/kernel_log.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <unistd.h>

#include "bench/common/base/text.h"
#include "bench/common/console/console.h"

namespace diobench {

namespace {

/// Longest record the kernel hands out (kernel/printk/printk.c, PRINTKRB_RECORD_MAX), bytes.
constexpr size_t kRecordBytes = 8192;
/// Lines in which a report is looked for what it is about.
constexpr ptrdiff_t kLongestReport = 300;
constexpr std::string_view kLost = "messages were lost: the kernel printed faster than they could be read";

bool is_complaint(std::string_view message) {
    return classify_message(message) != BootOutcome::ok || message.starts_with("VFS: Busy inodes") || message == kLost;
}

/// Printed about the device that a case broke, rate limited by the kernel or bounded by what the case did.
bool is_about_device(std::string_view message) {
    for (std::string_view text : {"I/O error, dev ", "EXT4-fs", "JBD2", "device-mapper"})
        if (message.find(text) != std::string_view::npos) return true;
    return false;
}

/// "mapping.invalidate_lock#3" -> "mapping.invalidate_lock".
std::string lock_class(std::string_view name) { return std::string(trim(name.substr(0, name.find('#')))); }

/// The chain of a circular locking report is of exactly the three locks of KernelComplaint::inherent.
bool is_stacking_report(std::string_view first, const std::vector<std::string>& rest) {
    if (first.find("possible circular locking dependency") == std::string_view::npos) return false;
    static const std::set<std::string> kStacking = {"mapping.invalidate_lock", "&sb->s_type->i_mutex_key", "&mm->mmap_lock"};
    for (const auto& line : rest) {
        if (line.find(" --> ") == std::string::npos) continue;
        std::set<std::string> classes;
        // "Chain exists of:" stands before it in the same message.
        std::string_view left = std::string_view(line).substr(line.rfind('\n') + 1);
        for (size_t arrow; (arrow = left.find(" --> ")) != std::string_view::npos; left.remove_prefix(arrow + 5))
            classes.insert(lock_class(left.substr(0, arrow)));
        classes.insert(lock_class(left));
        return classes == kStacking;
    }
    return false;
}

/// See KernelComplaint::inherent.
bool is_maple_tree_report(std::string_view first, const std::vector<std::string>& rest) {
    if (first.find("suspicious RCU usage") == std::string_view::npos) return false;
    auto has = [&](std::string_view text) {
        return std::any_of(rest.begin(), rest.end(), [&](const std::string& line) { return line.find(text) != std::string::npos; });
    };
    return has("lib/maple_tree.c:") && has("flush_tlb_mm+");
}

/// "\x0a" and the like, as /dev/kmsg writes bytes that are not printable.
std::string unescape(std::string_view message) {
    std::string out;
    for (size_t i = 0; i < message.size(); ++i) {
        if (message.substr(i, 2) == "\\x" && i + 4 <= message.size()) {
            out += static_cast<char>(std::strtoul(std::string(message.substr(i + 2, 2)).c_str(), nullptr, 16));
            i += 3;
        } else {
            out += message[i];
        }
    }
    return std::string(trim(out));
}

/// Lines of a report, at most kReportLines.  Where the unwinder knows callers,
/// what else lay on the stack ("[<60b28a43>] ? _printk+0x0/0xd3") is left out.
std::string report_text(std::vector<std::string> lines) {
    auto is_guess = [](const std::string& line) { return line.find("] ? ") != std::string::npos; };
    auto is_caller = [&](const std::string& line) { return line.find("[<") != std::string::npos && !is_guess(line); };
    if (std::any_of(lines.begin(), lines.end(), is_caller)) std::erase_if(lines, is_guess);
    if (lines.size() > kReportLines) lines.resize(kReportLines);
    return join(lines, "\n");
}

}  // namespace

std::optional<KernelComplaint> find_complaint(const std::vector<std::string>& messages, size_t flood_lines) {
    std::optional<KernelComplaint> inherent;
    for (auto at = messages.begin(); at != messages.end(); ++at) {
        if (!is_complaint(*at)) continue;
        const auto end = messages.end() - at > kLongestReport ? at + kLongestReport : messages.end();
        // A message may be several lines.
        const auto lines = split(join({at, end}, "\n"), '\n');
        KernelComplaint complaint{*at, report_text(lines)};
        complaint.inherent = is_stacking_report(*at, lines) || is_maple_tree_report(*at, lines);
        if (!complaint.inherent) return complaint;
        if (!inherent) inherent = std::move(complaint);
    }
    // A report of its own is long; what else was printed beside it is not counted.
    const auto lines = std::count_if(messages.begin(), messages.end(), [](const auto& m) { return !is_about_device(m); });
    if (inherent || static_cast<size_t>(lines) <= flood_lines) return inherent;
    return KernelComplaint{fmt::format("{} lines during one case, as \"{}\"", lines, messages.back()),
                           join({messages.end() - static_cast<ptrdiff_t>(kReportLines), messages.end()}, "\n")};
}

std::optional<std::string> kernel_message_of(std::string_view record) {
    // The first number is severity + 8 * facility; facility 0 is the kernel.
    if (std::strtoul(std::string(record.substr(0, record.find(','))).c_str(), nullptr, 10) >= 8) return std::nullopt;
    const size_t begin = record.find(';');
    if (begin == std::string_view::npos) return std::nullopt;
    std::string_view message = record.substr(begin + 1);
    message = message.substr(0, message.find('\n'));
    // CONFIG_PRINTK_CALLER is a field before the ';', nothing to take off here.
    return unescape(message);
}

void say_in_kernel_log(std::string_view text) {
    const std::string line = fmt::format("<5>diobench: {}", text);
    if (auto fd = UniqueFd::open("/dev/kmsg", O_WRONLY)) (void)!::write(fd->get(), line.data(), line.size());
}

Result<KernelLog> KernelLog::open() {
    auto fd = UniqueFd::open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
    if (!fd) return forward(fd);
    if (::lseek(fd->get(), 0, SEEK_END) < 0) return fail_errno("seek in", "/dev/kmsg");
    return KernelLog(std::move(*fd));
}

Result<std::vector<std::string>> KernelLog::read_new() {
    std::vector<std::string> messages;
    std::array<char, kRecordBytes> buffer;
    for (;;) {
        const ssize_t n = ::read(fd_.get(), buffer.data(), buffer.size());
        if (n > 0) {
            if (auto message = kernel_message_of({buffer.data(), static_cast<size_t>(n)})) messages.push_back(std::move(*message));
        } else if (n < 0 && errno == EPIPE) {
            messages.emplace_back(kLost);
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (n == 0 || errno == EAGAIN) {
            return messages;
        } else {
            return fail_errno("read", "/dev/kmsg");
        }
    }
}

}  // namespace diobench
