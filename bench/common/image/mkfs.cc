// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/mkfs.h"

#include <algorithm>
#include <array>
#include <fcntl.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"

namespace diobench {

Result<Mkfs> Mkfs::find() {
    // Debian 12's, which scripts/setup builds elsewhere: a later one makes chunks as large as it can, whatever it is told.
    const fs::path built = dependency("erofs-utils-1.5/mkfs.erofs");
    auto program = fs::exists(built) ? Result<fs::path>(built) : find_program("mkfs.erofs", "erofs-utils");
    if (!program) return forward(program);
    auto version = run_command({program->string(), "--version"});
    if (!version) return forward(version);
    return Mkfs{*program, std::string(trim(version->output))};
}

namespace {

/// The same modes whatever umask somebody has: they are in the image.
Status set_modes(const fs::path& root) {
    std::error_code ec;
    constexpr auto kDirectory = static_cast<fs::perms>(0755), kFile = static_cast<fs::perms>(0644);
    fs::permissions(root, kDirectory, ec);
    for (fs::recursive_directory_iterator at(root, ec), end; !ec && at != end; at.increment(ec)) {
        if (at->is_symlink()) continue;
        fs::permissions(at->path(), at->is_directory() ? kDirectory : kFile, ec);
        if (ec) break;
    }
    if (ec) return fail("set modes", root.string(), ec.message());
    return {};
}

}  // namespace

Status Mkfs::make(const std::vector<std::string>& options, const fs::path& root, const fs::path& image) const {
    std::vector<std::string> argv = {program.string(), "-T0", "-U00000000-0000-4000-8000-000000000001", "--all-root"};
    if (auto s = set_modes(root); !s) return s;
    argv.insert(argv.end(), options.begin(), options.end());
    argv.insert(argv.end(), {image.string(), root.string()});
    if (auto made = run_checked(argv); !made) return forward(made);
    return {};
}

Status write_content(const FileContent& content, const fs::path& path) {
    auto fd = UniqueFd::open(path.string(), O_WRONLY | O_CREAT | O_TRUNC);
    if (!fd) return forward(fd);
    std::array<std::byte, kBlockBytes> block;
    for (uint64_t at = 0; at < content.size_bytes; at += kBlockBytes) {
        content.fill(at / kBlockBytes, block);
        auto length = std::min<uint64_t>(kBlockBytes, content.size_bytes - at);
        if (auto s = write_all(fd->get(), {reinterpret_cast<const char*>(block.data()), length}, path.string()); !s) return s;
    }
    return {};
}

}  // namespace diobench
