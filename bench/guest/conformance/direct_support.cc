// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/direct_support.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "bench/guest/cell/system.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/engine/engine.h"

namespace diobench {

namespace {

constexpr size_t kReadBytes = 64 << 10;

/// Page cache of a file-backed mount's image, which a direct read leaves alone as well; 0 on other back ends, where it is not EROFS's.
Result<uint64_t> cached_below(const World& world, const ImageMount& image) {
    if (!is_file_backed(world.backend())) return 0;
    auto below = UniqueFd::open(image.backing(), O_RDONLY);
    if (!below) return forward(below);
    return world.cached_bytes(below->get());
}

}  // namespace

Result<DirectSupport> find_direct_support(World& world) {
    auto image = world.mount("flat");
    if (!image) return forward(image);
    return find_direct_support(world, *image);
}

Result<DirectSupport> find_direct_support(const World& world, const ImageMount& image) {
    auto direct = UniqueFd::open(image.file("several"), O_RDONLY | O_DIRECT);
    if (!direct && direct.error().errno_value == EINVAL) return DirectSupport::refused;
    if (!direct) return forward(direct);
    auto watched = UniqueFd::open(image.file("several"), O_RDONLY);
    if (!watched) return forward(watched);
    auto buffer = AlignedBuffer::create(kReadBytes);
    if (!buffer) return forward(buffer);
    // The image was just written.
    if (auto s = drop_caches(); !s) return forward(s);
    auto before = cached_below(world, image);
    if (!before) return forward(before);
    const ssize_t n = ::pread(direct->get(), buffer->data(), kReadBytes, 0);
    if (n < 0) return fail_errno("read with O_DIRECT", image.file("several"));
    auto cached = world.cached_bytes(watched->get());
    if (!cached) return forward(cached);
    auto below = cached_below(world, image);
    if (!below) return forward(below);
    return *cached > 0 || *below >= *before + kReadBytes ? DirectSupport::buffered : DirectSupport::direct;
}

}  // namespace diobench
