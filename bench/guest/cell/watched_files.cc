// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/watched_files.h"

#include <fcntl.h>

namespace diobench {

namespace {

void open_all(const std::vector<std::string>& paths, std::vector<UniqueFd>& out) {
    for (const auto& path : paths)
        if (auto fd = UniqueFd::open(path, O_RDONLY)) out.push_back(std::move(*fd));
}

std::vector<int> numbers(const std::vector<UniqueFd>& fds) {
    std::vector<int> out;
    for (const auto& fd : fds) out.push_back(fd.get());
    return out;
}

}  // namespace

WatchedFiles WatchedFiles::open(const std::vector<std::string>& read, const OpenImage& image, const std::vector<std::string>& sources,
                                const std::string& block_device) {
    WatchedFiles out;
    open_all(read, out.read_);
    open_all(image.backing, out.backing_);
    open_all(sources, out.source_);
    out.has_backing_ = !image.backing.empty() && out.backing_.size() == image.backing.size();
    if (!block_device.empty())
        if (auto fd = UniqueFd::open(block_device, O_RDONLY)) out.device_ = std::move(*fd);
    return out;
}

void WatchedFiles::add_read(const std::vector<std::string>& paths) { open_all(paths, read_); }

void WatchedFiles::fill(SnapshotTarget& target) const {
    target.erofs_fds = numbers(read_);
    target.backing_fds = numbers(backing_);
    target.source_fds = numbers(source_);
    target.has_backing = has_backing_;
    target.block_device_fd = device_.get();
}

}  // namespace diobench
