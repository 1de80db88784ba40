// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/unfinished.h"

#include <algorithm>
#include <set>

namespace diobench {

namespace {

bool has_no_content(const fs::path& path) {
    std::error_code ec;
    const auto size = fs::file_size(path, ec);
    return ec || size == 0;
}

class UnfinishedFinder {
public:
    UnfinishedFinder(const fs::path& objects, const std::vector<fs::path>& changed)
        : objects_(objects), changed_(changed.begin(), changed.end()) {
        prepared_ = std::any_of(changed_.begin(), changed_.end(), [&](const fs::path& path) {
            return path.extension() == ".o" && !is_host_tool(path) && has_whole_record(path);
        });
    }

    std::vector<fs::path> find() const {
        std::vector<fs::path> out;
        for (const auto& path : changed_)
            if (!is_whole(path)) out.push_back(path);
        return out;
    }

private:
    static fs::path beside(const fs::path& path, const char* suffix) {
        return path.parent_path() / ("." + path.filename().string() + suffix);
    }

    bool is_host_tool(const fs::path& path) const {
        const auto top = *path.lexically_relative(objects_).begin();
        return top == "tools" || top == "scripts";
    }

    bool has_whole_record(const fs::path& path) const {
        const fs::path record = beside(path, ".cmd");
        std::error_code ec;
        return changed_.contains(record) && !has_no_content(record) && !fs::exists(beside(path, ".d"), ec) &&
               fs::last_write_time(record, ec) >= fs::last_write_time(path, ec);
    }

    bool is_whole(const fs::path& path) const {
        std::error_code ec;
        const std::string name = path.filename().string();
        if (name == "vmlinux" || name == ".vmlinux.cmd") return false;
        if (name.starts_with('.')) {
            // A record of something that goes, goes with it.
            const fs::path target = path.parent_path() / name.substr(1, name.size() > 5 ? name.size() - 5 : 0);
            return name.ends_with(".cmd") && fs::exists(target, ec) && (!changed_.contains(target) || has_whole_record(target));
        }
        if (fs::exists(beside(path, ".cmd"), ec)) return has_whole_record(path);
        if (path.extension() == ".h" || path.string().find("/include/config/") != std::string::npos) return !has_no_content(path);
        return prepared_ && is_host_tool(path);
    }

    fs::path objects_;
    std::set<fs::path> changed_;
    bool prepared_ = false;
};

}  // namespace

std::vector<fs::path> unfinished_files(const fs::path& objects, const std::vector<fs::path>& changed) {
    return UnfinishedFinder(objects, changed).find();
}

}  // namespace diobench
