// SPDX-License-Identifier: GPL-2.0-only
#include "bench/conformance/kernel_log.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "bench/base/text.h"
#include "bench/machine/console.h"

namespace diobench {

namespace {

/// Longest record the kernel hands out (kernel/printk/printk.c, PRINTKRB_RECORD_MAX), bytes.
constexpr size_t kRecordBytes = 8192;
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

}  // namespace

std::optional<KernelComplaint> find_complaint(const std::vector<std::string>& messages) {
    const auto found = std::find_if(messages.begin(), messages.end(), is_complaint);
    if (found != messages.end()) {
        const auto end = messages.end() - found > static_cast<ptrdiff_t>(kReportLines) ? found + kReportLines : messages.end();
        return KernelComplaint{*found, join({found, end}, "\n")};
    }
    const auto lines = std::count_if(messages.begin(), messages.end(), [](const auto& m) { return !is_about_device(m); });
    if (static_cast<size_t>(lines) <= kFloodLines) return std::nullopt;
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
    return std::string(message);
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
