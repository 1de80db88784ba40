// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/manifest.h"

#include <fmt/format.h>
#include <functional>
#include <set>
#include <sys/stat.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

using FileVisitor = std::function<Status(const fs::path& path, const std::string& line)>;

Status visit_files(const fs::path& folder, const FileVisitor& visit) {
    std::error_code ec;
    for (fs::recursive_directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec)) {
        struct stat st {};
        if (::lstat(at->path().c_str(), &st) < 0) return fail_errno("find", at->path().string());
        if (S_ISDIR(st.st_mode)) continue;
        const auto line = fmt::format("{} {} {}.{:09} {}", st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                                      at->path().lexically_relative(folder).string());
        if (auto s = visit(at->path(), line); !s) return s;
    }
    if (ec) return fail_errno("list", folder.string(), ec.value());
    return {};
}

}  // namespace

Result<std::string> list_files(const fs::path& folder) {
    std::string out;
    auto done = visit_files(folder, [&](const fs::path&, const std::string& line) -> Status {
        out += line + "\n";
        return {};
    });
    if (!done) return forward(done);
    return out;
}

Result<std::vector<fs::path>> changed_files(const fs::path& folder, std::string_view manifest) {
    std::set<std::string> known;
    for (auto& line : split(manifest, '\n')) known.insert(std::move(line));
    std::vector<fs::path> changed;
    auto listed = visit_files(folder, [&](const fs::path& path, const std::string& line) -> Status {
        if (!known.contains(line)) changed.push_back(path);
        return {};
    });
    if (!listed) return forward(listed);
    return changed;
}

}  // namespace diobench
