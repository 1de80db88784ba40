// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/open_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>
#include <vector>

namespace diobench {

Rest rest_of(const World& world, int flags) { return (flags & O_DIRECT) != 0 && world.backend() != kFscache ? Rest::of_read : Rest::of_block; }

Result<OpenFile> open_file(World& world, const std::string& image, const std::string& file, int flags, const MountOptions& options) {
    auto known = find_test_image(image);
    if (!known) return forward(known);
    const TestFile* described = (*known)->file(file);
    if (described == nullptr) return fail("open", image + "/" + file, "the image has no such file", ExitCode::invalid);
    auto mount = world.mount(image, options);
    if (!mount) return forward(mount);
    auto fd = UniqueFd::open(mount->file(file), O_RDONLY | flags);
    if (!fd) return forward(fd);
    return OpenFile{std::move(*mount), {*known, described, world.seed(), rest_of(world, flags)}, std::move(*fd)};
}

Status make_local(World& world, const OpenFile& file) {
    auto fd = file.open_again(0);
    if (!fd) return forward(fd);
    std::vector<char> buffer(256 << 10);
    for (;;) {
        const ssize_t n = ::read(fd->get(), buffer.data(), buffer.size());
        if (n < 0) return fail_errno("fetch", file.path());
        if (n == 0) break;
    }
    fd->reset();
    return world.drop_caches();
}

Result<WarmFile> open_warm(World& world, const std::string& image, const std::string& file, int flags) {
    if (world.backend() != kFscache) {
        auto opened = open_file(world, image, file, flags);
        if (!opened) return forward(opened);
        std::string backing = opened->mount.backing();
        return WarmFile{std::move(*opened), std::move(backing)};
    }
    MountOptions names;
    {
        auto cold = open_file(world, image, file, 0);
        if (!cold) return forward(cold);
        if (auto s = make_local(world, *cold); !s) return forward(s);
        names = cold->mount.options();
    }
    auto warm = open_file(world, image, file, flags, names);
    if (!warm) return forward(warm);
    auto path = world.cache_file("erofs," + names.fsid, names.fsid);
    if (!path) return fail("find", "cache file of " + names.fsid, "it has no name after its mount is gone", ExitCode::invalid);
    return WarmFile{std::move(*warm), std::move(*path)};
}

Result<uint64_t> place_of_block(const std::string& path, const Subject& subject, uint64_t block) {
    auto fd = UniqueFd::open(path, O_RDONLY);
    if (!fd) return forward(fd);
    const auto wanted = right_bytes(subject, block * kBlockBytes, kBlockBytes);
    std::vector<std::byte> found(kBlockBytes);
    for (uint64_t at = 0; ::pread(fd->get(), found.data(), kBlockBytes, static_cast<off_t>(at * kBlockBytes)) > 0; ++at)
        if (std::equal(wanted.begin(), wanted.end(), found.begin())) return at;
    return fail("find", fmt::format("block {} of {}", block, subject.name()), "it is not in " + path, ExitCode::invalid);
}

std::optional<Finding> unless_direct(const World& world) {
    switch (world.direct()) {
    case DirectSupport::refused: return skipped("O_DIRECT is refused by this kernel");
    case DirectSupport::buffered: return skipped("O_DIRECT reads go through the page cache of this kernel; this is about reads that do not");
    default: return std::nullopt;
    }
}

}  // namespace diobench
