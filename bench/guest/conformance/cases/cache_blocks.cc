// SPDX-License-Identifier: GPL-2.0-only
// cache/blocks-*: a cache on a file system whose blocks are smaller than a page.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <unistd.h>

#include "bench/common/base/units.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/scripted_file.h"

namespace diobench::cache_blocks_cases {

namespace {

constexpr size_t kWindow = 64 * kKiB;
/// Of a file larger than that its begin and its end are read.
constexpr uint64_t kMost = 512 * kKiB;

/// Pieces with gaps from a cold cache, then all over the gaps, then all from the cache.
Status gaps_then_all(ReadTools& tools, const Subject& subject, int fd) {
    const uint64_t size = subject.size();
    for (uint64_t begin : {uint64_t{0}, size > kMost ? (size - kMost) / kWindow * kWindow : size}) {
        const uint64_t end = std::min(size, begin + kMost);
        ::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
        for (uint64_t at = begin; at < end && !tools.complaints.enough(); at += 8 * kWindow) tools.read_and_check(subject, fd, ReadCall::pread, at + 3 * kBlockBytes, 2 * kBlockBytes);
        ::posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL);
        for (int round = 0; round < 2; ++round) {
            for (uint64_t at = begin; at < end && !tools.complaints.enough(); at += kWindow) tools.read_and_check(subject, fd, ReadCall::pread, at, kWindow);
            ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        }
    }
    return {};
}

Result<Finding> read_images(World& world, int flags, unsigned block_bytes) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    if (auto s = world.make_cache({.block_bytes = block_bytes}); !s) return forward(s);
    return check_every_file(world, flags, kWindow, {"flat", "inline-tail", "chunk-4k", "scattered-4k"}, gaps_then_all);
}

/// The daemon delivers a READ page by page, the last one missing.
Result<Finding> read_in_part(World& world, int flags, unsigned block_bytes) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto script = DaemonScript::begin(world, {.block_bytes = block_bytes});
    if (!script) return forward(script);
    auto file = mount_file(world, *script, "large", "large");
    if (!file) return forward(file);
    constexpr size_t kLength = 4 * kBlockBytes;
    auto reader = file->start_read(world, {.offset = 1 << 20, .length = kLength, .flags = flags, .delivered_bytes = kLength});
    if (!reader) return forward(reader);
    auto read = script->expect<ReadRequest>();
    if (!read) return forward(read);
    for (uint64_t at = 0; at + kBlockBytes < read->length_bytes; at += kBlockBytes)
        if (auto s = script->write(read->object_id, read->offset_bytes + at, kBlockBytes); !s) return forward(s);
    Complaints complaints;
    complaints.add(right_is(0, DaemonScript::complete(script->descriptor(read->object_id), read->msg_id), "READ_COMPLETE"));
    auto wrong = script->serve_until_end(*reader, "a read of which the daemon wrote a part");
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    wrong = served_read(world, *script, *file, {.offset = 1 << 20, .length = 2 * kLength, .flags = flags});
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "after the daemon delivered all: " + *wrong);
    return complaints.finding();
}

/// The daemon writes no more than one block of the file system, which is no page.
Result<Finding> part_of_a_page(World& world, int flags, unsigned block_bytes) {
    if (auto skip = unless_accepted(world, flags)) return *skip;
    auto script = DaemonScript::begin(world, {.block_bytes = block_bytes});
    if (!script) return forward(script);
    auto file = mount_file(world, *script, "large", "large");
    if (!file) return forward(file);
    auto reader = file->start_read(world, {.offset = 1 << 20, .length = kBlockBytes, .flags = flags, .delivered_bytes = kBlockBytes});
    if (!reader) return forward(reader);
    auto read = script->expect<ReadRequest>();
    if (!read) return forward(read);
    Complaints complaints;
    (void)script->write(read->object_id, read->offset_bytes, block_bytes);
    complaints.add(right_is(0, DaemonScript::complete(script->descriptor(read->object_id), read->msg_id), "READ_COMPLETE"));
    world.step(fmt::format("a read of a page of which the daemon wrote {} bytes", block_bytes));
    auto wrong = script->answer_until_end(*reader, fmt::format("a read of a page of which the daemon wrote {} bytes", block_bytes));
    if (!wrong) return forward(wrong);
    complaints.add(*wrong);
    // Nothing is to be had of the rest of the page until the daemon writes all of it.
    if (auto s = script->write(read->object_id, read->offset_bytes, kBlockBytes); !s) return forward(s);
    wrong = served_read(world, *script, *file, {.offset = 1 << 20, .length = 4 * kBlockBytes, .flags = flags});
    if (!wrong) return forward(wrong);
    complaints.add(wrong->empty() ? "" : "after the daemon wrote all of the page: " + *wrong);
    return complaints.finding();
}

const char* const kSource = "fs/cachefiles/cache.c, cachefiles_add_cache(): blocks of up to a page are taken; fs/cachefiles/io.c, cachefiles_do_prepare_read() rounds to them";

std::vector<Case> all() {
    std::vector<Case> cases;
    for (unsigned block_bytes : {1024, 2048})
        for (int flags : {O_DIRECT, 0}) {
            const auto add = [&, flags, block_bytes](std::string_view how, const std::string& right, Result<Finding> (*run)(World&, int, unsigned)) {
                cases.push_back({fmt::format("cache/blocks-{}k{}-{}", block_bytes / 1024, how, via_of(flags)), fmt::format(fmt::runtime(right), via_of(flags), block_bytes), kSource,
                                 [=](World& w) { return run(w, flags, block_bytes); }});
            };
            add("", "{} reads of each layout over a cache with blocks of {} bytes give right bytes: cold, over gaps, and from the cache.", read_images);
            add("-in-part", "A {} read of which the daemon wrote all pages but the last, into a cache with blocks of {} bytes, is right as far as it goes, or EIO; the rest is asked for again.", read_in_part);
            add("-part-of-page", "A {} read of a page of which the daemon wrote {} bytes, a block of the cache, is EIO or right; nothing crashes.", part_of_a_page);
        }
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::cache_blocks_cases
