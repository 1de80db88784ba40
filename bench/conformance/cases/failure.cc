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

#include "bench/conformance/case.h"
#include "bench/conformance/mapped_file.h"
#include "bench/conformance/open_file.h"
#include "bench/conformance/read_calls.h"

namespace diobench {

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

/// Every call, each length, while the device fails.
void read_broken(Reads& reads, int fd, std::string_view via, const Subject& subject, const ReadBuffer& buffer, Complaints& complaints) {
    for (ReadCall call : {ReadCall::pread, ReadCall::aio_pread, ReadCall::uring_read, ReadCall::aio_preadv})
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
    const std::string_view via = flags == 0 ? "buffered" : "direct";
    if (auto s = break_it(world, scene.failing); !s) return forward(s);
    Complaints complaints;
    world.step("reads from a device that fails");
    read_broken(*reads, file->fd.get(), via, file->subject, *buffer, complaints);
    if (auto s = repair_it(world, scene.failing); !s) return forward(s);
    world.step("reads from the repaired device");
    read_repaired(*reads, file->fd.get(), via, file->subject, *buffer, complaints);
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
const char* const kRight = "{} from a cache on a device that fails gives EIO, by every call and at every length, and never stale bytes; once the device works again the data is right.";
const char* const kSource = "read(2), EIO; fs/erofs/fscache.c, erofs_fscache_req_io_complete(): the error of any part belongs to the whole";

std::vector<Case> all() {
    std::vector<Case> cases;
    struct Variant {
        const char* name;
        Scene scene;
    };
    for (const auto& [name, scene] : {Variant{"", {"flat", Device::ram, Failing::all}}, Variant{"-in-parts", {"scattered-4k", Device::ram, Failing::reads}},
                                      Variant{"-by-interrupt", {"flat", Device::timer, Failing::completions}},
                                      Variant{"-in-parts-by-interrupt", {"scattered-4k", Device::timer, Failing::completions}}})
        for (int flags : {O_DIRECT, 0}) {
            const char* via = flags == 0 ? "buffered" : "direct";
            cases.push_back({fmt::format("failure/device-{}{}", via, name), fmt::format(fmt::runtime(kRight), flags == 0 ? "A buffered read" : "A direct read"), kSource,
                             [scene = scene, flags](World& w) { return device_fails(w, scene, flags); }});
        }
    cases.push_back(mapping({"failure/device-mmap", "Touching a mapping whose device fails raises SIGBUS, and gives the data once the device works again.",
                             "mmap(2), SIGBUS; mm/filemap.c, filemap_fault()", mapping_of_failing_device}));
    return cases;
}

const CaseRegistrar registrar{all()};

}  // namespace

}  // namespace diobench
