// SPDX-License-Identifier: GPL-2.0-only
// failure/device-*: a device that fails makes reads fail; never does a read
// succeed with bytes that were not read.
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/conformance/read_calls.h"

namespace diobench::failure_cases {

namespace {

constexpr size_t kLengths[] = {4 << 10, 128 << 10, 1 << 20};

/// A result that must be EIO, or right bytes up to where the failure was.
std::string must_fail(const Subject& subject, const ReadDone& done, std::span<const std::byte> buffer, uint64_t good_bytes) {
    if (done.result == -EIO) return {};
    const std::string what = describe(subject, done, buffer.size());
    if (done.result < 0) return fmt::format("{}, {}; right is EIO", what, result_text(done.result));
    const auto count = static_cast<uint64_t>(done.result);
    if (count > 0 && count <= good_bytes) {
        auto wrong = wrong_bytes(subject, done.offset, buffer.first(count));
        return wrong.empty() ? wrong : what + ": " + wrong;
    }
    return fmt::format("{}, returned {} although none but the first {} bytes can be read; there are {} in the buffer; right is EIO", what, count, good_bytes,
                       origin_of(subject, done.offset + good_bytes, buffer.subspan(good_bytes)));
}

constexpr ReadCall kCalls[] = {ReadCall::pread, ReadCall::aio_pread, ReadCall::uring_read, ReadCall::aio_preadv};

/// Every call, each length, while the device fails.
void read_broken(Reads& reads, int fd, std::string_view via, const Subject& subject, const ReadBuffer& buffer, Complaints& complaints) {
    for (ReadCall call : kCalls)
        for (size_t length : kLengths) {
            if (length > subject.size()) continue;
            buffer.poison(length);
            auto into = buffer.first(length);
            const ssize_t n = reads.read(call, fd, 0, into);
            complaints.add(must_fail(subject, {std::string(read_call_name(call)), via, 0, n}, into, 0));
        }
}

void read_repaired(Reads& reads, int fd, std::string_view via, const Subject& subject, const ReadBuffer& buffer, Complaints& complaints) {
    for (ReadCall call : {ReadCall::pread, ReadCall::aio_pread}) {
        buffer.poison(kLengths[1]);
        auto into = buffer.first(kLengths[1]);
        const ssize_t n = reads.read(call, fd, 0, into);
        auto wrong = check_read(subject, {std::string(read_call_name(call)), via, 0, n}, into);
        complaints.add(wrong.empty() ? wrong : "after the device was repaired: " + wrong);
    }
}

enum class Failing { all, reads, completions };

struct Scene {
    const char* image;
    CacheOptions::Device device;
    Failing failing;
};

Status break_it(World& world, Failing failing) {
    switch (failing) {
        case Failing::all: return world.break_device();
        case Failing::reads: return world.break_device_for_reads();
        case Failing::completions: return world.break_completions();
    }
    return {};
}

Status repair_it(World& world, Failing failing) { return failing == Failing::completions ? world.repair_completions() : world.repair_device(); }

Result<Finding> device_fails(World& world, const Scene& scene, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    if (auto s = world.make_cache({.device = scene.device, .breakable = scene.failing != Failing::completions}); !s) return forward(s);
    auto file = open_file(world, scene.image, "several", flags);
    if (!file) return forward(file);
    if (auto s = make_local(world, *file); !s) return forward(s);
    auto buffer = ReadBuffer::create(kLengths[2]);
    if (!buffer) return forward(buffer);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    const std::string_view via = via_of(flags);
    if (auto s = break_it(world, scene.failing); !s) return forward(s);
    Complaints complaints;
    world.step("reads from a device that fails");
    read_broken(*reads, file->fd.get(), via, file->subject, *buffer, complaints);
    if (auto s = repair_it(world, scene.failing); !s) return forward(s);
    world.step("reads from the repaired device");
    read_repaired(*reads, file->fd.get(), via, file->subject, *buffer, complaints);
    return complaints.finding();
}

/// A read of eight blocks of which some cannot be read.
Result<Finding> blocks_fail(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    constexpr size_t kLength = 8 * kBlockBytes;
    constexpr std::pair<uint64_t, uint64_t> kBad[] = {{3, 6}, {2, 7}, {4, 4}};
    if (auto s = world.make_cache({.device = CacheOptions::Device::timer}); !s) return forward(s);
    auto buffer = ReadBuffer::create(kLengths[1]);  // of read_repaired()
    if (!buffer) return forward(buffer);
    auto warm = open_warm(world, "scattered-4k", "several", flags);
    if (!warm) return forward(warm);
    const auto& [file, cache_file] = *warm;
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    const std::string_view via = via_of(flags);
    Complaints complaints;
    uint64_t offset = 0;
    for (const auto& [first, last] : kBad)
        for (ReadCall call : kCalls) {
            for (uint64_t bad : {first, last}) {
                auto place = place_of_block(cache_file, file.subject, offset / kBlockBytes + bad);
                if (!place) return forward(place);
                if (auto s = world.break_block_of(cache_file, *place); !s) return forward(s);
            }
            // Behind the search for the blocks, which may leave them in memory.
            if (auto s = world.drop_caches(); !s) return forward(s);
            world.step(fmt::format("read of eight blocks of which the blocks {} and {} cannot be read", first, last));
            buffer->poison(kLength);
            const ssize_t n = reads->read(call, file.fd.get(), offset, buffer->first(kLength));
            complaints.add(must_fail(file.subject, {std::string(read_call_name(call)), via, offset, n}, buffer->first(kLength), first * kBlockBytes));
            offset = (offset + kLength) % (12 * kLength);
            if (auto s = world.repair_completions(); !s) return forward(s);
        }
    read_repaired(*reads, file.fd.get(), via, file.subject, *buffer, complaints);
    return complaints.finding();
}

/// What is here cannot be read, and what is not here is not delivered: reads fail where they complete, where they are submitted, and at both.
Result<Finding> device_and_daemon_fail(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    constexpr size_t kHere = 128 << 10;
    if (auto s = world.make_cache({.device = CacheOptions::Device::timer}); !s) return forward(s);
    auto buffer = ReadBuffer::create(kHere);
    if (!buffer) return forward(buffer);
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    if (::pread(file->fd.get(), buffer->data(), kHere, 0) < 0) return fail_errno("fetch the start of", file->path());
    world.faults().fill_nothing = true;
    if (auto s = world.break_completions(); !s) return forward(s);
    Complaints complaints;
    constexpr uint64_t kOffsets[] = {0, 1 << 20, kHere / 2};
    for (uint64_t offset : kOffsets)
        for (ReadCall call : kCalls) {
            world.step(fmt::format("{} at {} while the device fails and the daemon delivers nothing", read_call_name(call), offset));
            buffer->poison(kHere);
            const ssize_t n = reads->read(call, file->fd.get(), offset, buffer->first(kHere));
            complaints.add(must_fail(file->subject, {std::string(read_call_name(call)), "direct", offset, n}, buffer->first(kHere), 0));
        }
    if (auto s = world.repair_completions(); !s) return forward(s);
    world.faults().clear();
    for (uint64_t offset : kOffsets) {
        buffer->poison(kHere);
        const ssize_t n = reads->read(ReadCall::pread, file->fd.get(), offset, buffer->first(kHere));
        auto wrong = check_read(file->subject, {"pread", "direct", offset, n}, buffer->first(kHere));
        complaints.add(wrong.empty() ? wrong : "with both repaired: " + wrong);
    }
    return complaints.finding();
}

Result<Finding> mapping_of_failing_device(World& world) {
    if (auto s = world.make_cache({.breakable = true}); !s) return forward(s);
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    if (auto s = make_local(world, *file); !s) return forward(s);
    auto mapped = MappedFile::map(file->fd.get(), file->subject.size(), MADV_NORMAL);
    if (!mapped) return forward(mapped);
    if (auto s = world.break_device_for_reads(); !s) return forward(s);
    std::vector<std::byte> copy(kBlockBytes, kPoison);
    Complaints complaints;
    if (mapped->read(1 << 20, copy) >= 0)
        complaints.add(fmt::format("a page of a mapping whose device fails was readable: there are {}; right is SIGBUS",
                                   origin_of(file->subject, 1 << 20, copy)));
    if (auto s = world.repair_device(); !s) return forward(s);
    if (mapped->read(1 << 20, copy) < 0)
        complaints.add("SIGBUS from the mapping after the device was repaired");
    else
        complaints.add(wrong_bytes(file->subject, 1 << 20, copy));
    return complaints.finding();
}

using Device = CacheOptions::Device;
const char* const kRight = "{} of data on a device that fails gives EIO, by every call and at every length, and never stale bytes; once the device works again the data is right.";
const char* const kSource = "read(2), EIO; fs/erofs/fscache.c, erofs_fscache_req_io_complete(): the error of any part belongs to the whole; "
                            "fs/erofs/fileio.c, erofs_fileio_ki_complete(); drivers/block/loop.c, lo_complete_rq(); fs/iomap/direct-io.c, iomap_dio_bio_end_io()";

std::vector<Case> all() {
    std::vector<Case> cases;
    enum class Where { fscache, everywhere };
    struct Variant {
        const char* name;
        Scene scene;
        Where where;
    };
    for (const auto& [name, scene, where] : {Variant{"", {"flat", Device::ram, Failing::all}, Where::fscache},
                                             Variant{"-in-parts", {"scattered-4k", Device::ram, Failing::reads}, Where::everywhere},
                                             Variant{"-by-interrupt", {"flat", Device::timer, Failing::completions}, Where::everywhere},
                                             Variant{"-in-parts-by-interrupt", {"scattered-4k", Device::timer, Failing::completions}, Where::fscache}})
        for (int flags : {O_DIRECT, 0}) {
            const Case one{fmt::format("failure/device-{}{}", via_of(flags), name), fmt::format(fmt::runtime(kRight), flags == 0 ? "A buffered read" : "A direct read"), kSource,
                           [scene = scene, flags](World& w) { return device_fails(w, scene, flags); }};
            append(cases, where == Where::fscache ? std::vector{one} : everywhere(one));
        }
    for (int flags : {O_DIRECT, 0})
        append(cases, everywhere({fmt::format("failure/device-{}-bad-blocks", via_of(flags)),
                                  fmt::format("{} over two blocks that the device cannot read gives EIO or the bytes before the first of them, in whatever order the parts of the read end.",
                                              flags == 0 ? "A buffered read" : "A direct read"),
                                  "read(2): the count is of bytes from the offset on, without a gap; fs/iomap/direct-io.c, iomap_dio_set_error() keeps one error of many",
                                  [flags](World& w) { return blocks_fail(w, flags); }}));
    cases.push_back({"failure/device-and-daemon-direct",
                     "A direct read whose first half the device cannot read and whose second half the daemon does not deliver gives EIO, and so "
                     "does a read of either.",
                     "read(2), EIO: an error of the first part and one of the second meet in one request", device_and_daemon_fail});
    append(cases, everywhere(mapping({"failure/device-mmap", "Touching a mapping whose device fails raises SIGBUS, and gives the data once the device works again.",
                                      "mmap(2), SIGBUS; mm/filemap.c, filemap_fault()", mapping_of_failing_device})));
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::failure_cases
