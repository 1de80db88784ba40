// SPDX-License-Identifier: GPL-2.0-only
// leaks/: after many reads the kernel holds no more objects, pages and
// references than before.
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <sys/mman.h>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "bench/common/base/files.h"
#include "bench/guest/conformance/async_batch.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/leak_count.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/other_backends.h"
#include "bench/guest/conformance/settled_pages.h"

namespace diobench::leaks_cases {

namespace {

/// Of each of two rounds.
constexpr unsigned kReads = 5'000;
/// Of reads that are four or more reads of the cache each.
constexpr unsigned kReadsInParts = kReads / 4;
/// Where another case makes kReads in nearly the same way.
constexpr unsigned kFewerReads = kReads / 2;
constexpr unsigned kDepth = 32;
/// Of each of two rounds of threads that read once.
constexpr unsigned kThreads = 50;
/// Of each of two rounds of mounts.
constexpr unsigned kMounts = 12;
/// kmemleak reports nothing younger than 5 s (mm/kmemleak.c, MSECS_MIN_AGE).
constexpr milliseconds kLeakAge{5200};

/// Reads one length again and again, synchronously.
std::string read_many(int fd, std::byte* into, size_t length, uint64_t span_bytes, ssize_t right, unsigned times) {
    for (unsigned i = 0; i < times; ++i) {
        const uint64_t offset = uint64_t{i} * length % span_bytes;
        const ssize_t n = ::pread(fd, into, length, static_cast<off_t>(offset));
        const ssize_t result = n < 0 ? -errno : n;
        if (result != right) return fmt::format("read {} of {} bytes at {} {}; right is {}", i, length, offset, result_text(result), result_text(right));
    }
    return {};
}

std::string read_many(AsyncBatch& batch, int fd, const ReadBuffer& buffer, size_t length, uint64_t span_bytes, unsigned times) {
    for (unsigned i = 0; i < times; i += kDepth) {
        std::vector<AsyncBatch::Request> requests;
        for (unsigned k = 0; k < kDepth; ++k) requests.push_back({uint64_t{i + k} * length % span_bytes, {buffer.data() + k * length, length}});
        if (auto s = batch.submit(fd, requests); !s) return s.error().message();
        auto done = batch.wait(kDepth, milliseconds(5000));
        if (!done) return done.error().message();
        if (done->size() != kDepth) return fmt::format("{} of {} reads completed within 5 s", done->size(), kDepth);
        for (const auto& one : *done)
            if (one.result != static_cast<ssize_t>(length)) return fmt::format("a read of {} bytes at {} {}", length, requests[one.index % kDepth].offset_bytes, result_text(one.result));
    }
    return {};
}

struct Scene {
    const char* image;
    size_t length;  ///< of a read; more than a chunk: each read is several reads of the cache
    unsigned reads = kReads;
};

Result<OpenFile> open_local(World& world, const Scene& scene) {
    auto file = open_file(world, scene.image, "several", O_DIRECT);
    if (!file) return forward(file);
    if (auto s = make_local(world, *file); !s) return forward(s);
    return file;
}

Result<Finding> synchronous(World& world, const Scene& scene) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_local(world, scene);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(scene.length);
    if (!buffer) return forward(buffer);
    const uint64_t span = file->subject.size() / scene.length * scene.length;
    // The first reads fill what stays: maps, caches of objects.
    (void)read_many(file->fd.get(), buffer->data(), scene.length, span, static_cast<ssize_t>(scene.length), 100);
    return holds_no_more_after(world, scene.reads, "synchronous direct reads", [&] {
        return read_many(file->fd.get(), buffer->data(), scene.length, span, static_cast<ssize_t>(scene.length), scene.reads);
    });
}

Result<Finding> asynchronous(World& world, const Scene& scene, AsyncInterface interface) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_local(world, scene);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(kDepth * scene.length);
    if (!buffer) return forward(buffer);
    auto batch = AsyncBatch::create(interface, kDepth);
    if (!batch) return forward(batch);
    const uint64_t span = file->subject.size() / scene.length * scene.length;
    (void)read_many(*batch, file->fd.get(), *buffer, scene.length, span, 4 * kDepth);
    return holds_no_more_after(world, scene.reads, fmt::format("{} direct reads", async_interface_name(interface)),
                               [&] { return read_many(*batch, file->fd.get(), *buffer, scene.length, span, scene.reads); });
}

/// Reads into memory that is not there.
Result<Finding> failing(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_local(world, {"flat", kBlockBytes});
    if (!file) return forward(file);
    void* memory = ::mmap(nullptr, kBlockBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return fail_errno("map", "a page without access");
    auto finding = holds_no_more_after(world, kFewerReads, "direct reads that fail with EFAULT", [&] {
        return read_many(file->fd.get(), static_cast<std::byte*>(memory), kBlockBytes, kBlockBytes, -EFAULT, kFewerReads);
    });
    ::munmap(memory, kBlockBytes);
    return finding;
}

/// Reads a block; what is wrong, if anything.
std::string read_once(int fd, const ReadBuffer& buffer, AsyncInterface interface, uint64_t offset = 0) {
    auto batch = AsyncBatch::create(interface, 1);
    if (!batch) return batch.error().message();
    const AsyncBatch::Request request{offset, buffer.first(kBlockBytes)};
    if (auto s = batch->submit(fd, {&request, 1}); !s) return s.error().message();
    auto done = batch->wait(1, milliseconds(5000));
    if (!done) return done.error().message();
    if (done->size() != 1) return "a read did not complete within 5 s";
    const ssize_t result = done->front().result;
    return result == static_cast<ssize_t>(kBlockBytes) ? "" : fmt::format("a read of {} bytes at {} {}", kBlockBytes, offset, result_text(result));
}

// A task is freed some time after its end (RCU): a few of one round are counted in the next.
constexpr unsigned kRarestOwner = 2;

/// Here already, or to be fetched by each read: one that waits is a read that its owner may leave.
enum class Data { local, fetched };

/// Short-lived threads, one asynchronous read each: who is noted as a read's owner is let go of as well.
Result<Finding> threads_end(World& world, AsyncInterface interface, Data data) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = data == Data::local ? open_local(world, {"flat", kBlockBytes}) : open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(kBlockBytes);
    if (!buffer) return forward(buffer);
    uint64_t offset = 0;
    const auto round = [&] {
        std::string wrong;
        for (unsigned i = 0; i < kThreads && wrong.empty(); ++i) {
            std::jthread([&] { wrong = read_once(file->fd.get(), *buffer, interface, offset); }).join();
            if (data == Data::fetched) offset += kBlockBytes;
        }
        return wrong;
    };
    if (data == Data::fetched) (void)round();  // fills what stays
    return holds_no_more_after(world, kThreads, fmt::format("threads with one {} direct read{}", async_interface_name(interface), data == Data::fetched ? " that waits for the daemon" : ""), round,
                               kRarestOwner);
}

/// Reads the last block of each file of an image, opened with `flags`.
Result<Finding> read_ends(World& world, const OpenFile& one, int flags) {
    auto tools = ReadTools::create(world, flags, kBlockBytes);
    if (!tools) return forward(tools);
    auto status = for_every_file(*tools, one.mount, *one.subject.image, [](ReadTools& with, const Subject& subject, int fd) -> Status {
        if (subject.size() > 0) with.read_and_check(subject, fd, ReadCall::pread, (subject.size() - 1) / kBlockBytes * kBlockBytes, kBlockBytes);
        return {};
    });
    if (!status) return forward(status);
    return tools->complaints.finding();
}

/// Blocks of metadata whose reference is kept cannot be dropped from memory, and are lost with the mount.
Result<Finding> metadata_can_be_dropped(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    MountOptions names;
    {
        // All is fetched by a mount before: a fetch leaves metadata of the cache's own file system in memory.
        auto cold = open_file(world, "inline-tail", "several", 0);
        if (!cold) return forward(cold);
        if (auto s = make_local(world, *cold); !s) return forward(s);
        if (auto read = read_ends(world, *cold, 0); !read || read->outcome != Outcome::pass) return read;
        names = cold->mount.options();
    }
    auto file = open_file(world, "inline-tail", "several", 0, names);
    if (!file) return forward(file);
    auto before = settled_file_pages(world);
    if (!before) return forward(before);
    if (auto read = read_ends(world, *file, flags); !read || read->outcome != Outcome::pass) return read;
    auto after = settled_file_pages(world);
    if (!after) return forward(after);
    const int64_t stay = *after - *before;
    if (stay <= 0) return passed();
    return failed(fmt::format("{} pages that were read for the ends of {} files stay in memory (nr_file_pages, after drop_caches): somebody still holds them", stay,
                              file->subject.image->files.size()));
}

/// What a mount is made of goes with it.
Result<Finding> mounts_let_go(World& world) {
    if (auto s = world.ensure_cache(); !s) return forward(s);
    const int flags = world.direct() == DirectSupport::refused ? 0 : O_DIRECT;
    auto buffer = ReadBuffer::create(kBlockBytes);
    if (!buffer) return forward(buffer);
    MountOptions names;
    const auto mount_and_read = [&]() -> std::string {
        auto file = open_file(world, "flat", "several", flags, names);
        if (!file) return file.error().message();
        names = file->mount.options();
        if (auto wrong = read_once(file->fd.get(), *buffer, AsyncInterface::aio); !wrong.empty()) return wrong;
        file->fd.reset();
        auto unmounted = file->mount.unmount();
        return unmounted ? "" : unmounted.error().message();
    };
    const auto round = [&] {
        std::string wrong;
        for (unsigned i = 0; i < kMounts && wrong.empty(); ++i) wrong = mount_and_read();
        return wrong;
    };
    if (auto wrong = round(); !wrong.empty()) return failed(wrong);
    return holds_no_more_after(world, kMounts, "mounts with one read", round, 1);
}

/// Misses hold a reference of the cookie while they wait: all of them let go.
Result<Finding> misses_let_go(World& world, AsyncInterface interface) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(kDepth * kBlockBytes);
    if (!buffer) return forward(buffer);
    {
        auto batch = AsyncBatch::create(interface, kDepth);
        if (!batch) return forward(batch);
        std::vector<AsyncBatch::Request> requests;
        for (size_t i = 0; i < kDepth; ++i) requests.push_back({(16 + 2 * i) * kBlockBytes, {buffer->data() + i * kBlockBytes, kBlockBytes}});
        if (auto s = batch->submit(file->fd.get(), requests); !s) return forward(s);
        auto done = batch->wait(kDepth, milliseconds(5000));
        if (!done) return forward(done);
        if (done->size() != kDepth) return failed(fmt::format("{} of {} reads completed within 5 s", done->size(), kDepth));
    }
    file->fd.reset();
    world.step("unmount after direct reads that missed: a leaked access of the cookie makes this wait for ever");
    for (int i = 0; i < 200; ++i) {
        if (file->mount.unmount()) return passed();
        std::this_thread::sleep_for(milliseconds(5));
    }
    return failed("the image is still busy 1 s after its last file was closed");
}

/// kmemleak, where the kernel has it.
Result<Finding> nothing_unreferenced(World& world) {
    constexpr const char* kFile = "/sys/kernel/debug/kmemleak";
    // In this case's own mount namespace.
    ::mount("none", "/sys/kernel/debug", "debugfs", 0, nullptr);
    if (::access(kFile, W_OK) < 0) return skipped("the kernel has no kmemleak (CONFIG_DEBUG_KMEMLEAK, debugfs)");
    if (auto s = write_knob(kFile, "clear"); !s) return forward(s);
    if (auto found = asynchronous(world, {"flat", kBlockBytes}, AsyncInterface::aio); !found || found->outcome != Outcome::pass) return found;
    // The second scan reports what the first one found, nobody touched since, and is old enough.
    if (auto s = write_knob(kFile, "scan"); !s) return forward(s);
    world.step("wait until kmemleak takes what is lost for lost");
    std::this_thread::sleep_for(kLeakAge);
    if (auto s = write_knob(kFile, "scan"); !s) return forward(s);
    auto report = read_file(kFile);
    if (!report) return forward(report);
    return report->empty() ? passed() : failed("kmemleak found: " + report->substr(0, 2000));
}

const char* const kRight = "After {} the kernel's slab caches hold no more objects and no more pages are pinned than before.";
const char* const kSource = "Documentation/mm/slab.rst, /proc/slabinfo; Documentation/core-api/pin_user_pages.rst: what was pinned is unpinned";

const char* const kMetadataRight = "After {} reads of inline tails nobody holds the blocks of metadata they were taken from: memory lets go of them.";
const char* const kMetadataSource = "fs/erofs/data.c, erofs_put_metabuf(); Documentation/admin-guide/sysctl/vm.rst, drop_caches";

constexpr Scene kOnePart{"flat", kBlockBytes};
constexpr Scene kParts{"scattered-4k", 8 * kBlockBytes, kReadsInParts};

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"leaks/libaio-threads", fmt::format(fmt::runtime(kRight), "twice 50 threads that read once by libaio and end"), kSource,
     [](World& w) { return threads_end(w, AsyncInterface::aio, Data::local); }},
    {"leaks/io-uring-threads", fmt::format(fmt::runtime(kRight), "twice 50 threads that read once by io_uring and end"), kSource,
     [](World& w) { return threads_end(w, AsyncInterface::uring, Data::local); }},
    {"leaks/libaio-threads-fetching", fmt::format(fmt::runtime(kRight), "twice 50 threads that read once by libaio what has to be fetched and end"), kSource,
     [](World& w) { return threads_end(w, AsyncInterface::aio, Data::fetched); }},
    {"leaks/io-uring-threads-fetching", fmt::format(fmt::runtime(kRight), "twice 50 threads that read once by io_uring what has to be fetched and end"), kSource,
     [](World& w) { return threads_end(w, AsyncInterface::uring, Data::fetched); }},
    {"leaks/mounts", fmt::format(fmt::runtime(kRight), "twice 12 mounts that are read from and unmounted"), kSource, mounts_let_go},
    {"leaks/metadata-direct", fmt::format(fmt::runtime(kMetadataRight), "direct"), kMetadataSource, [](World& w) { return metadata_can_be_dropped(w, O_DIRECT); }},
    {"leaks/metadata-buffered", fmt::format(fmt::runtime(kMetadataRight), "buffered"), kMetadataSource, [](World& w) { return metadata_can_be_dropped(w, 0); }},
    {"leaks/failing", fmt::format(fmt::runtime(kRight), "twice 2,500 direct reads that fail"), kSource, failing},
    {"leaks/libaio-misses-let-go", "After libaio direct reads that waited for the daemon the image can be unmounted and the cache closed.",
     "fs/netfs/fscache_io.c, fscache_end_operation(): each begun operation is ended", [](World& w) { return misses_let_go(w, AsyncInterface::aio); }, 10},
    {"leaks/io-uring-misses-let-go", "After io_uring direct reads that waited for the daemon the image can be unmounted and the cache closed.",
     "fs/netfs/fscache_io.c, fscache_end_operation(): each begun operation is ended", [](World& w) { return misses_let_go(w, AsyncInterface::uring); }, 10},
    asking_kmemleak({"leaks/kmemleak", "After twice 5,000 direct reads kmemleak finds no memory that nothing points to.", "Documentation/dev-tools/kmemleak.rst", nothing_unreferenced}),
}; }};

const CaseRegistrar on_file_registrar{[] { return and_on_file({
    {"leaks/sync", fmt::format(fmt::runtime(kRight), "twice 5,000 synchronous direct reads"), kSource, [](World& w) { return synchronous(w, kOnePart); }},
    {"leaks/sync-in-parts", fmt::format(fmt::runtime(kRight), "twice 1,250 synchronous direct reads of several extents each"), kSource, [](World& w) { return synchronous(w, kParts); }},
    {"leaks/libaio", fmt::format(fmt::runtime(kRight), "twice 5,000 libaio direct reads"), kSource, [](World& w) { return asynchronous(w, kOnePart, AsyncInterface::aio); }},
    {"leaks/libaio-in-parts", fmt::format(fmt::runtime(kRight), "twice 1,250 libaio direct reads of several extents each"), kSource,
     [](World& w) { return asynchronous(w, kParts, AsyncInterface::aio); }},
    {"leaks/io-uring", fmt::format(fmt::runtime(kRight), "twice 2,500 io_uring direct reads"), kSource, [](World& w) { return asynchronous(w, {"flat", kBlockBytes, kFewerReads}, AsyncInterface::uring); }},
}); }};

}  // namespace

}  // namespace diobench::leaks_cases
