// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/trace/tracee.h"

#include <array>
#include <charconv>
#include <climits>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

std::optional<std::string> link_target(const std::string& link) {
    std::array<char, PATH_MAX> buffer{};
    const ssize_t n = ::readlink(link.c_str(), buffer.data(), buffer.size());
    if (n < 0) return std::nullopt;
    return std::string(buffer.data(), static_cast<size_t>(n));
}

std::optional<uint64_t> parse_number(std::string_view text, int base) {
    text = trim(text);
    uint64_t value = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The value behind "name:" in a fdinfo file.
std::optional<uint64_t> fdinfo_value(const std::string& text, std::string_view name, int base) {
    for (const auto& line : split(text, '\n'))
        if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ':')
            return parse_number(std::string_view(line).substr(name.size() + 1), base);
    return std::nullopt;
}

/// One line of proc_pid_maps(5): "start-end rwxp offset device inode   path".
std::optional<TraceeMapping> parse_mapping(std::string_view line, const TraceRoot& root) {
    std::array<std::string_view, 5> fields;
    for (auto& field : fields) {
        const size_t end = line.find(' ');
        if (end == std::string_view::npos) return std::nullopt;
        field = line.substr(0, end);
        line.remove_prefix(end + 1);
    }
    const size_t dash = fields[0].find('-');
    auto relative = root.below(std::string(trim(line)));
    if (!relative || dash == std::string_view::npos || !fields[1].starts_with('r')) return std::nullopt;
    auto start = parse_number(fields[0].substr(0, dash), 16);
    auto end = parse_number(fields[0].substr(dash + 1), 16);
    auto offset = parse_number(fields[2], 16);
    if (!start || !end || !offset) return std::nullopt;
    return TraceeMapping{*relative, *offset, *end - *start, 0};
}

}  // namespace

std::optional<std::string> TraceRoot::below(const std::string& path) const {
    if (!path.starts_with(prefix_) || path.size() == prefix_.size()) return std::nullopt;
    return path.substr(prefix_.size());
}

TraceeFile look_at_descriptor(pid_t tid, int fd, const TraceRoot& root) {
    TraceeFile file;
    const std::string link = fmt::format("/proc/{}/fd/{}", tid, fd);
    auto target = link_target(link);
    if (!target) return file;
    auto relative = root.below(*target);
    struct stat st {};
    if (!relative || ::stat(link.c_str(), &st) < 0 || !S_ISREG(st.st_mode)) return file;
    auto info = read_file(fmt::format("/proc/{}/fdinfo/{}", tid, fd));
    if (!info) return file;
    auto position = fdinfo_value(*info, "pos", 10);
    auto flags = fdinfo_value(*info, "flags", 8);
    if (!position || !flags) return file;
    return {st.st_nlink == 0 ? Lookup::deleted : Lookup::found, *relative, static_cast<uint64_t>(st.st_size), *position,
            (*flags & O_DIRECT) != 0};
}

std::vector<TraceeMapping> look_at_mappings(pid_t tid, const TraceRoot& root) {
    std::vector<TraceeMapping> out;
    auto text = read_file(fmt::format("/proc/{}/maps", tid));
    if (!text) return out;
    for (const auto& line : split(*text, '\n')) {
        auto mapping = parse_mapping(line, root);
        struct stat st {};
        if (!mapping || ::stat(root.absolute(mapping->path).c_str(), &st) < 0 || !S_ISREG(st.st_mode)) continue;
        mapping->size_bytes = static_cast<uint64_t>(st.st_size);
        out.push_back(std::move(*mapping));
    }
    return out;
}

bool read_tracee_memory(pid_t tid, uint64_t address, void* out, size_t bytes) {
    // A thread's own id is good enough: its memory is that of its process.
    const iovec ours{out, bytes};
    const iovec theirs{reinterpret_cast<void*>(address), bytes};
    return ::process_vm_readv(tid, &ours, 1, &theirs, 1, 0) == static_cast<ssize_t>(bytes);
}

}  // namespace diobench
