// SPDX-License-Identifier: GPL-2.0-only
// page-cache/: a direct read leaves the page cache alone, and does not answer from it.
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_calls.h"

namespace diobench::page_cache_cases {

namespace {

constexpr size_t kLargest = 1 << 20;
constexpr ReadCall kCalls[] = {ReadCall::pread, ReadCall::preadv, ReadCall::aio_pread, ReadCall::uring_read, ReadCall::uring_read_fixed};

/// Direct reads of the whole file and over its end, each followed by a look at the page cache.
Result<Finding> leaves_nothing(World& world, const char* image, bool local) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, image, "several", O_DIRECT);
    if (!file) return forward(file);
    if (local)
        if (auto s = make_local(world, *file); !s) return forward(s);
    auto buffer = ReadBuffer::create(kLargest);
    if (!buffer) return forward(buffer);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    const uint64_t last_block = (file->subject.size() - 1) / kBlockBytes * kBlockBytes;
    Complaints complaints;
    for (ReadCall call : kCalls)
        for (auto [offset, length] : {std::pair<uint64_t, size_t>{0, kBlockBytes}, {64 << 10, 128 << 10}, {0, kLargest}, {last_block, kBlockBytes},
                                      {last_block - 3 * kBlockBytes, 64 << 10}}) {
            buffer->poison(length);
            const ssize_t n = reads->read(call, file->fd.get(), offset, buffer->first(length));
            const ReadDone done{std::string(read_call_name(call)), "direct", offset, n};
            complaints.add(check_read(file->subject, done, buffer->first(length)));
            auto cached = world.cached_bytes(file->fd.get());
            if (!cached) return forward(cached);
            if (*cached == 0) continue;
            complaints.add(fmt::format("{} left {} bytes in the page cache of the file; right is none", describe(file->subject, done, length), *cached));
            ::posix_fadvise(file->fd.get(), 0, 0, POSIX_FADV_DONTNEED);
        }
    return complaints.finding();
}

/// The cache file's own page cache: needs a file with a name.
Result<Finding> leaves_cache_file_alone(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    auto warm = open_warm(world, "large", "large", O_DIRECT);
    if (!warm) return forward(warm);
    auto& [file, path] = *warm;
    auto backing = UniqueFd::open(path, O_RDONLY);
    if (!backing) return forward(backing);
    auto before = world.cached_bytes(backing->get());
    if (!before) return forward(before);
    auto buffer = ReadBuffer::create(kLargest);
    if (!buffer) return forward(buffer);
    for (uint64_t offset = 0; offset < file.subject.size(); offset += kLargest)
        if (::pread(file.fd.get(), buffer->data(), kLargest, static_cast<off_t>(offset)) <= 0) return fail_errno("read", file.path());
    auto after = world.cached_bytes(backing->get());
    if (!after) return forward(after);
    if (*after <= *before) return passed();
    return failed(fmt::format("direct reads of {} bytes left {} bytes in the page cache of the cache file; right is none", file.subject.size(), *after - *before));
}

/// What the page cache has does not serve a direct read, and stays.
Result<Finding> neither_used_nor_dropped(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    if (auto s = world.make_cache({.breakable = true}); !s) return forward(s);
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    if (auto s = make_local(world, *file); !s) return forward(s);
    auto plain = file->open_again(0);
    if (!plain) return forward(plain);
    auto buffer = ReadBuffer::create(kLargest);
    if (!buffer) return forward(buffer);
    if (::pread(plain->get(), buffer->data(), kLargest, 0) != static_cast<ssize_t>(kLargest)) return fail_errno("read", file->path());
    auto warm = world.cached_bytes(plain->get());
    if (!warm) return forward(warm);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    Complaints complaints;
    for (ReadCall call : kCalls)
        for (size_t length : {kBlockBytes, size_t{128} << 10, kLargest}) {
            auto sectors = world.device_sectors_read();
            if (!sectors) return forward(sectors);
            auto cache_reads = world.cache_reads();
            if (!cache_reads) return forward(cache_reads);
            buffer->poison(length);
            const ssize_t n = reads->read(call, file->fd.get(), 0, buffer->first(length));
            const ReadDone done{std::string(read_call_name(call)), "direct", 0, n};
            complaints.add(check_read(file->subject, done, buffer->first(length)));
            auto sectors_after = world.device_sectors_read();
            auto cache_reads_after = world.cache_reads();
            if (!sectors_after || !cache_reads_after) return failed("the counters went away");
            if (*cache_reads_after == *cache_reads)
                complaints.add(describe(file->subject, done, length) + ", whose pages are in the page cache, did not read the cache file (\"IO : rd=\" of "
                               "/proc/fs/fscache/stats did not grow): it was answered from the page cache");
            else if (*sectors_after - *sectors < length >> 9)
                complaints.add(fmt::format("{}, whose pages are in the page cache, read {} sectors of the device; right is {}: it was answered from memory",
                                           describe(file->subject, done, length), *sectors_after - *sectors, length >> 9));
            auto cached = world.cached_bytes(plain->get());
            if (!cached) return forward(cached);
            if (*cached < *warm)
                complaints.add(fmt::format("{} dropped {} bytes of the file from the page cache; right is to leave them", describe(file->subject, done, length), *warm - *cached));
        }
    return complaints.finding();
}

/// The same claim, by a device that fails.
Result<Finding> fails_though_cached(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    if (auto s = world.make_cache({.breakable = true}); !s) return forward(s);
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    if (auto s = make_local(world, *file); !s) return forward(s);
    auto plain = file->open_again(0);
    if (!plain) return forward(plain);
    auto buffer = ReadBuffer::create(kLargest);
    if (!buffer) return forward(buffer);
    if (::pread(plain->get(), buffer->data(), kLargest, 0) != static_cast<ssize_t>(kLargest)) return fail_errno("read", file->path());
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    if (auto s = world.break_device_for_reads(); !s) return forward(s);
    Complaints complaints;
    for (ReadCall call : kCalls) {
        buffer->poison(kBlockBytes);
        const ssize_t n = reads->read(call, file->fd.get(), 0, buffer->first(kBlockBytes));
        if (n >= 0)
            complaints.add(fmt::format("a direct {} {} while the device fails and the page cache has the data: it serves direct reads from the page cache while "
                                       "claiming not to; right is EIO", read_call_name(call), result_text(n)));
        else if (n != -EIO)
            complaints.add(fmt::format("a direct {} while the device fails {}; right is EIO", read_call_name(call), result_text(n)));
    }
    if (auto s = world.repair_device(); !s) return forward(s);
    return complaints.finding();
}

const char* const kRight = "A direct read, of any length, by any call and over the end of the file, leaves the file's page cache empty{}.";
const char* const kSource = "open(2), O_DIRECT: \"minimize cache effects of the I/O\"; docs/direct-io.md of this project";

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"page-cache/direct-leaves-none-remote", fmt::format(fmt::runtime(kRight), " while data is fetched"), kSource, [](World& w) { return leaves_nothing(w, "flat", false); }},
    {"page-cache/direct-leaves-none-local", fmt::format(fmt::runtime(kRight), ""), kSource, [](World& w) { return leaves_nothing(w, "flat", true); }},
    {"page-cache/direct-leaves-none-inline-tail", fmt::format(fmt::runtime(kRight), " when its tail lies behind the inode"), kSource,
     [](World& w) { return leaves_nothing(w, "inline-tail", true); }},
    {"page-cache/direct-leaves-none-scattered", fmt::format(fmt::runtime(kRight), " of a file in scattered chunks"), kSource,
     [](World& w) { return leaves_nothing(w, "scattered-4k", true); }},
    {"page-cache/cache-file", "A direct read leaves the page cache of the cache file as it was.", "fs/cachefiles/namei.c: cache files are opened with O_DIRECT",
     leaves_cache_file_alone},
    {"page-cache/not-used-not-dropped", "A direct read of data that is in the page cache reads the cache file all the same, and leaves the cached pages where they are.",
     "fs/iomap/direct-io.c, __iomap_dio_rw(): a direct read writes dirty pages back, it neither copies nor drops clean ones", neither_used_nor_dropped},
    {"page-cache/fails-though-cached", "A direct read fails with EIO when the device fails, though the page cache has the data.", kSource, fails_though_cached},
}; }};

}  // namespace

}  // namespace diobench::page_cache_cases
