// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/direct_support.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "bench/guest/engine/engine.h"

namespace diobench {

namespace {

constexpr size_t kReadBytes = 64 << 10;

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
    const ssize_t n = ::pread(direct->get(), buffer->data(), kReadBytes, 0);
    if (n < 0) return fail_errno("read with O_DIRECT", image.file("several"));
    auto cached = world.cached_bytes(watched->get());
    if (!cached) return forward(cached);
    return *cached > 0 ? DirectSupport::buffered : DirectSupport::direct;
}

}  // namespace diobench
