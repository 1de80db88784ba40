// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/odirect.h"

#include <fmt/format.h>

namespace diobench {

std::optional<Finding> unless_accepted(const World& world, int flags) {
    if ((flags & O_DIRECT) == 0 || world.direct() != DirectSupport::refused) return std::nullopt;
    return skipped("this kernel refuses O_DIRECT on these files");
}

Result<ReadTools> ReadTools::create(World& world, int flags, size_t buffer_bytes) {
    if (auto s = world.ensure_cache(); !s) return forward(s);
    auto buffer = ReadBuffer::create(buffer_bytes);
    if (!buffer) return forward(buffer);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    return ReadTools{world, std::move(*buffer), std::move(*reads), {}, flags};
}

void ReadTools::read_and_check(const Subject& subject, int fd, ReadCall call, uint64_t offset, size_t length) {
    buffer.poison(length);
    ssize_t result = reads.read(call, fd, offset, buffer.first(length));
    complaints.add(check_read(subject, {std::string(read_call_name(call)), via_of(flags), offset, result}, buffer.first(length)));
}

Status for_every_file(ReadTools& tools, const ImageMount& mount, const TestImage& image, const WithFile& body) {
    for (const auto& file : image.files) {
        if (tools.complaints.enough()) return {};
        auto fd = UniqueFd::open(mount.file(file.name), O_RDONLY | tools.flags);
        if (!fd) return forward(fd);
        if (auto s = body(tools, {&image, &file, tools.world.seed(), rest_of(tools.world, tools.flags)}, fd->get()); !s) return s;
    }
    return {};
}

Status for_every_file(ReadTools& tools, const std::vector<std::string>& images, const WithFile& body) {
    for (const auto& name : images) {
        auto image = find_test_image(name);
        if (!image) return forward(image);
        auto mount = tools.world.mount(name, in_one_volume());
        if (!mount) return forward(mount);
        if (auto s = for_every_file(tools, *mount, **image, body); !s) return s;
    }
    return {};
}

Result<Finding> check_every_file(World& world, int flags, size_t buffer_bytes, const std::vector<std::string>& images, const WithFile& body) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto tools = ReadTools::create(world, flags, buffer_bytes);
    if (!tools) return forward(tools);
    if (auto s = for_every_file(*tools, images, body); !s) return forward(s);
    return tools->complaints.finding();
}

std::vector<Case> both_ways(const std::string& name, const std::string& right, const std::string& source,
                            const std::function<Result<Finding>(World&, int flags)>& body) {
    return {
        {name + "-direct", right, source, [body](World& world) { return body(world, O_DIRECT); }},
        {name + "-buffered", right, source, [body](World& world) { return body(world, 0); }},
    };
}

}  // namespace diobench
