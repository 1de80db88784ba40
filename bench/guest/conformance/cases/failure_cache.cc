// SPDX-License-Identifier: GPL-2.0-only
// failure/cache-* and failure/unmount-*: the cache dies, is full or is cut
// short, and mounts go while they are read.
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <unistd.h>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_calls.h"

namespace diobench::failure_cache_cases {

namespace {

constexpr uint64_t kCold = 4 << 20;

struct Attempt {
    ssize_t result = 0;
    std::string wrong;  ///< if it succeeded: what is wrong with that
};

/// One read, its result in the answer of a process of its own: "-5" or "4096 <what is wrong>".
Result<ReaderProcess> start_read(World& world, const OpenFile& file, int flags, ReadCall call, uint64_t offset) {
    return world.start_reader([&file, flags, call, offset]() -> std::string {
        auto fd = file.open_again(flags);
        if (!fd) return fd.error().message();
        if (flags == 0) ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_RANDOM);
        auto buffer = ReadBuffer::create(kBlockBytes);
        if (!buffer) return buffer.error().message();
        auto reads = Reads::create();
        if (!reads) return reads.error().message();
        buffer->poison(kBlockBytes);
        const ssize_t n = reads->read(call, fd->get(), offset, buffer->first(kBlockBytes));
        const ReadDone done{std::string(read_call_name(call)), via_of(flags), offset, n};
        return std::to_string(n) + " " + (n < 0 ? std::string() : check_read(file.subject, done, buffer->first(kBlockBytes)));
    });
}

Attempt parse(const std::string& answer) {
    const size_t space = answer.find(' ');
    return {std::strtol(answer.c_str(), nullptr, 10), space == std::string::npos ? answer : answer.substr(space + 1)};
}

/// Empty if the read ended with EIO within the limit.  Linux 6.12 lets a
/// buffered read fail with ENOBUFS, what the cache said; that is not judged here.
std::string must_be_eio(ReaderProcess& reader, int flags, const std::string& what) {
    const auto end = reader.wait(kEnough);
    if (!end) return fmt::format("{} did not return within {} ms: {}; right is EIO", what, kEnough.count(), reader.where());
    const Attempt attempt = parse(end->text);
    if (attempt.result == -EIO || (flags == 0 && attempt.result == -ENOBUFS)) return {};
    return fmt::format("{} {}{}; right is EIO", what, result_text(attempt.result), attempt.wrong.empty() ? "" : " (" + attempt.wrong + ")");
}

constexpr ReadCall kCalls[] = {ReadCall::pread, ReadCall::aio_pread, ReadCall::uring_read};

/// With a read waiting, and with reads that come later, the cache device is closed.
Result<Finding> device_closed(World& world, int flags, ReadCall call) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    auto waiting = start_read(world, *file, flags, call, kCold);
    if (!waiting) return forward(waiting);
    if (!world.wait_for_fetches(before + 1, kEnough)) return failed("the read never reached the daemon: " + waiting->where());
    if (auto s = world.close_cache_device(); !s) return forward(s);
    world.step("reads after the daemon closed /dev/cachefiles");
    Complaints complaints;
    complaints.add(must_be_eio(*waiting, flags, fmt::format("a {} read waiting for a daemon that closed /dev/cachefiles", via_of(flags))));
    for (ReadCall later : kCalls) {
        auto reader = start_read(world, *file, flags, later, kCold + (1 << 20));
        if (!reader) return forward(reader);
        complaints.add(must_be_eio(*reader, flags, fmt::format("a {} {} of data that is not here, after /dev/cachefiles was closed", via_of(flags), read_call_name(later))));
    }
    return complaints.finding();
}

/// No block is left for what the daemon fetches.
Result<Finding> no_space(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", flags);
    if (!file) return forward(file);
    if (flags == 0) ::posix_fadvise(file->fd.get(), 0, 0, POSIX_FADV_RANDOM);
    auto buffer = ReadBuffer::create(kBlockBytes);
    if (!buffer) return forward(buffer);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    auto read = [&](ReadCall call, uint64_t offset) {
        buffer->poison(kBlockBytes);
        return ReadDone{std::string(read_call_name(call)), via_of(flags), offset, reads->read(call, file->fd.get(), offset, buffer->first(kBlockBytes))};
    };
    if (auto first = read(ReadCall::pread, 0); first.result < 0) return failed("before space ran out: " + result_text(first.result));
    if (auto s = world.fill_cache_space(); !s) return forward(s);
    Complaints complaints;
    world.step("reads with a full cache");
    uint64_t offset = kCold;
    for (ReadCall call : kCalls) {
        const ReadDone done = read(call, offset += 2 * kBlockBytes);
        // A kernel may still find room for a block: then it has to be the right one.
        if (done.result == -EIO) continue;
        auto wrong = check_read(file->subject, done, buffer->first(kBlockBytes));
        complaints.add(wrong.empty() ? wrong : "with a full cache: " + wrong + "; right is EIO");
    }
    auto local = read(ReadCall::pread, 0);
    auto wrong = check_read(file->subject, local, buffer->first(kBlockBytes));
    complaints.add(wrong.empty() ? wrong : "with a full cache, of local data: " + wrong);
    if (auto s = world.free_cache_space(); !s) return forward(s);
    auto again = read(ReadCall::pread, offset);
    wrong = check_read(file->subject, again, buffer->first(kBlockBytes));
    complaints.add(wrong.empty() ? wrong : "after space was freed: " + wrong);
    return complaints.finding();
}

/// umount while a read waits; `lazily`: it is out of the tree, the read goes on.
Result<Finding> unmount_under_reader(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    auto reader = start_read(world, *file, flags, flags == 0 ? ReadCall::pread : ReadCall::aio_pread, kCold);
    if (!reader) return forward(reader);
    if (!world.wait_for_fetches(before + 1, kEnough)) return failed("the read never reached the daemon: " + reader->where());
    file->fd.reset();
    Complaints complaints;
    if (auto s = file->mount.unmount(); s)
        complaints.add("umount(2) succeeded under a reader; right is EBUSY");
    else if (s.error().errno_value != EBUSY)
        complaints.add("umount(2) under a reader: " + s.error().message() + "; right is EBUSY");
    else if (auto lazily = file->mount.detach(); !lazily)
        complaints.add(lazily.error().message());
    world.faults().release();
    world.step("a read whose mount was detached (MNT_DETACH)");
    const auto end = reader->wait(kEnough);
    if (!end) return failed("the read did not return after its mount was detached and the daemon answered: " + reader->where());
    const Attempt attempt = parse(end->text);
    complaints.add(attempt.result < 0 ? "a read whose mount was detached " + result_text(attempt.result) : attempt.wrong);
    return complaints.finding();
}

/// The cache file loses its end behind cachefiles' back.
Result<Finding> cut_short(World& world, int flags, uint64_t new_bytes) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto warm = open_warm(world, "large", "large", flags);
    if (!warm) return forward(warm);
    auto& [file, path] = *warm;
    auto buffer = ReadBuffer::create(1 << 20);
    if (!buffer) return forward(buffer);
    if (::pread(file.fd.get(), buffer->data(), kBlockBytes, 0) < 0) return fail_errno("read", file.path());
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    Complaints complaints;
    for (ReadCall call : kCalls) {
        if (::truncate(path.c_str(), static_cast<off_t>(new_bytes)) < 0) return fail_errno("truncate", path);
        // Over the new end first: what is written far behind it makes the file longer again, with a
        // hole that may pass for data (docs/direct-io.md, "Limits").
        for (uint64_t offset : {new_bytes / kBlockBytes * kBlockBytes - 8 * kBlockBytes, uint64_t{3} << 20}) {
            const size_t length = 16 * kBlockBytes;
            buffer->poison(length);
            const ssize_t n = reads->read(call, file.fd.get(), offset, buffer->first(length));
            const ReadDone done{std::string(read_call_name(call)), via_of(flags), offset, n};
            const std::string what = describe(file.subject, done, length);
            if (n == -EIO) continue;
            if (n <= 0)
                complaints.add(fmt::format("{}, {}; right is EIO or the data", what, result_text(n)));
            else if (auto wrong = wrong_bytes(file.subject, offset, buffer->first(static_cast<size_t>(n))); !wrong.empty())
                complaints.add(fmt::format("{}, returned {}: {}", what, n, wrong));
        }
    }
    return complaints.finding();
}

const char* const kDead = "Documentation/filesystems/caching/cachefiles.rst; fs/cachefiles/daemon.c, cachefiles_flush_reqs(): closing the device fails every request; "
                          "read(2) knows EIO, not ENOBUFS";

std::vector<Case> all() {
    std::vector<Case> cases;
    for (int flags : {O_DIRECT, 0}) {
        const std::string name(via_of(flags));
        const std::string read = fmt::format("A {} read", name);
        cases.push_back({"failure/cache-closed-" + name, read + (flags == 0 ? " fails" : " gives EIO") + " when the daemon has closed /dev/cachefiles: one that waits, and each that comes later.", kDead,
                         [flags](World& w) { return device_closed(w, flags, ReadCall::pread); }});
        cases.push_back({"failure/cache-full-" + name, read + " that the cache has no space for gives EIO; local data is still read, and the rest once there is space.",
                         "fs/cachefiles/io.c, __cachefiles_prepare_write(): ENOBUFS is for the daemon", [flags](World& w) { return no_space(w, flags); }});
        cases.push_back({"failure/unmount-under-" + name, "Unmounting under " + std::string(flags == 0 ? "a buffered" : "an asynchronous direct") +
                             " read that waits is EBUSY; after a lazy unmount the read still gets its data and the mount goes with it.",
                         "umount(2), EBUSY and MNT_DETACH", [flags](World& w) { return unmount_under_reader(w, flags); }});
        cases.push_back({"failure/cache-cut-" + name, read + " of what a truncated cache file has lost is fetched again or gives EIO; never zeros or stale bytes.",
                         "fs/cachefiles/io.c, cachefiles_do_prepare_read(): SEEK_DATA decides what is there", [flags](World& w) { return cut_short(w, flags, 2 << 20); }});
    }
    for (ReadCall call : {ReadCall::aio_pread, ReadCall::uring_read})
        cases.push_back({fmt::format("failure/cache-closed-{}", call == ReadCall::aio_pread ? "libaio" : "io-uring"),
                         "An asynchronous direct read that waits for the daemon ends with EIO when the daemon closes /dev/cachefiles.", kDead,
                         [call](World& w) { return device_closed(w, O_DIRECT, call); }});
    cases.push_back({"failure/cache-cut-in-block-direct", "A direct read of a block that a truncated cache file has in part is EIO or the right bytes: a short read of the cache is no success.",
                     "read(2): a count is what was read; fs/erofs/fscache.c: transferred_or_error is a count as well", [](World& w) { return cut_short(w, O_DIRECT, (2 << 20) + 2048); }});
    cases.push_back({"failure/cache-cut-in-sector-direct", "A direct read over the end of a cache file that was truncated in the middle of a sector is EIO or the right bytes, not EINVAL.",
                     "read(2): EINVAL is of the caller's arguments; fs/iomap/direct-io.c, iomap_dio_bio_iter() wants whole sectors", [](World& w) { return cut_short(w, O_DIRECT, (2 << 20) + 1000); }});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::failure_cache_cases
