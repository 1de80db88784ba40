// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/image_store.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"

namespace diobench {

namespace {

/// A write of this size is one folio.
constexpr size_t kFolioBytes = size_t{2} << 20;

struct Stored {
    fs::path path;
    UniqueFd file;
};

Result<std::vector<Stored>> open_files(const std::string& folder) {
    std::vector<fs::path> paths;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec)) paths.push_back(entry.path());
    if (ec) return fail_errno("read", folder, ec.value());
    std::sort(paths.begin(), paths.end());
    std::vector<Stored> out;
    for (const auto& path : paths) {
        auto file = UniqueFd::open(path.string(), O_RDWR);
        if (!file) return forward(file);
        out.push_back({path, std::move(*file)});
    }
    return out;
}

Status copy(int from, int to, std::vector<char>& buffer, const std::string& name) {
    for (;;) {
        const ssize_t n = ::read(from, buffer.data(), buffer.size());
        if (n < 0) return fail_errno("read", name);
        if (n == 0) return {};
        if (auto s = write_all(to, {buffer.data(), static_cast<size_t>(n)}, name); !s) return s;
    }
}

}  // namespace

Status store_in_large_folios(const std::string& folder) {
    auto files = open_files(folder);
    if (!files) return forward(files);
    if (::mount("none", folder.c_str(), "tmpfs", 0, "huge=always,size=100%,mode=755") < 0) return errno == EINVAL ? Status{} : fail_errno("mount tmpfs on", folder);
    std::vector<char> buffer(kFolioBytes);
    for (const Stored& old : *files) {
        auto to = UniqueFd::open(old.path.string(), O_WRONLY | O_CREAT | O_EXCL, 0644);
        if (!to) return forward(to);
        if (auto s = copy(old.file.get(), to->get(), buffer, old.path.string()); !s) return s;
        // Its name is below the mount: what it held is given back through the file.
        if (::ftruncate(old.file.get(), 0) < 0) return fail_errno("empty", old.path.string());
    }
    return {};
}

}  // namespace diobench
