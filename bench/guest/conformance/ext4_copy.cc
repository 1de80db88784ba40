// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/ext4_copy.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/guest/backend/cache_device.h"

namespace diobench {

namespace {

/// A file with the file system, made by whoever asks first; holes are zeros.
Result<std::string> template_file(uint64_t size_bytes, unsigned block_bytes) {
    auto path = fmt::format("{}/ext4-{}-{}", kBootFolder, size_bytes, block_bytes);
    if (::access(path.c_str(), F_OK) == 0) return path;
    const std::string unfinished = path + ".new";
    {
        auto file = UniqueFd::open(unfinished, O_RDWR | O_CREAT | O_TRUNC);
        if (!file) return forward(file);
        if (::ftruncate(file->get(), static_cast<off_t>(size_bytes)) < 0) return fail_errno("make", unfinished);
    }
    if (auto s = make_ext4(unfinished, size_bytes, block_bytes); !s) return forward(s);
    if (::rename(unfinished.c_str(), path.c_str()) < 0) return fail_errno("rename", unfinished);
    return path;
}

Status copy_range(const UniqueFd& from, const UniqueFd& to, off_t begin, off_t end) {
    if (::lseek(to.get(), begin, SEEK_SET) < 0) return fail_errno("seek in", "a device");
    while (begin < end)
        if (::sendfile(to.get(), from.get(), &begin, static_cast<size_t>(end - begin)) <= 0) return fail_errno("copy", "an ext4");
    return {};
}

Status copy_data(const std::string& file, const std::string& device) {
    auto from = UniqueFd::open(file, O_RDONLY);
    if (!from) return forward(from);
    auto to = UniqueFd::open(device, O_WRONLY);
    if (!to) return forward(to);
    for (off_t end = 0;;) {
        const off_t begin = ::lseek(from->get(), end, SEEK_DATA);
        if (begin < 0) return errno == ENXIO ? Status{} : Status(fail_errno("look for data in", file));
        end = ::lseek(from->get(), begin, SEEK_HOLE);
        if (end < 0) return fail_errno("look for a hole in", file);
        if (auto s = copy_range(*from, *to, begin, end); !s) return s;
    }
}

}  // namespace

Status mount_boot_folder() {
    if (auto s = make_directories(kBootFolder); !s) return s;
    if (::mount("none", kBootFolder, "tmpfs", 0, nullptr) < 0) return fail_errno("mount tmpfs on", kBootFolder);
    return {};
}

Status copy_cache_file_system(const std::string& device, const std::string& directory, uint64_t size_bytes, unsigned block_bytes) {
    auto file = template_file(size_bytes, block_bytes);
    if (!file) return forward(file);
    if (auto s = copy_data(*file, device); !s) return s;
    return mount_ext4(device, directory);
}

}  // namespace diobench
