// SPDX-License-Identifier: GPL-2.0-only
// concurrency/: any number of readers of one file, by any means, get its bytes.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <random>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#include "bench/guest/conformance/async_batch.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/other_backends.h"

namespace diobench::concurrency_cases {

namespace {

constexpr size_t kLargest = 128 << 10;
constexpr unsigned kReadsEach = 40;
constexpr milliseconds kEnough{90000};

/// A random aligned range of the file, at most kLargest bytes, sometimes over its end.
std::pair<uint64_t, size_t> random_range(std::mt19937_64& random, uint64_t file_bytes) {
    const uint64_t blocks = (file_bytes + kBlockBytes - 1) / kBlockBytes;
    return {random() % blocks * kBlockBytes, (1 + random() % (kLargest / kBlockBytes)) * kBlockBytes};
}

/// Random preads; the text says what is wrong with the first wrong one.
std::string read_randomly(const OpenFile& file, int flags, uint64_t seed) {
    auto fd = file.open_again(flags);
    if (!fd) return fd.error().message();
    auto buffer = ReadBuffer::create(kLargest);
    if (!buffer) return buffer.error().message();
    std::mt19937_64 random(seed);
    for (unsigned i = 0; i < kReadsEach; ++i) {
        const auto [offset, length] = random_range(random, file.subject.size());
        buffer->poison(length);
        const ssize_t n = ::pread(fd->get(), buffer->data(), length, static_cast<off_t>(offset));
        const ReadDone done{"pread", flags == 0 ? "buffered" : "direct", offset, n < 0 ? -errno : n};
        if (auto wrong = check_read(file.subject, done, buffer->first(length)); !wrong.empty()) return wrong;
    }
    return {};
}

std::string map_randomly(const OpenFile& file, uint64_t seed) {
    auto fd = file.open_again(0);
    if (!fd) return fd.error().message();
    auto mapped = MappedFile::map(fd->get(), file.subject.size(), MADV_NORMAL);
    if (!mapped) return mapped.error().message();
    std::mt19937_64 random(seed);
    std::vector<std::byte> copy(kBlockBytes);
    for (unsigned i = 0; i < 2 * kReadsEach; ++i) {
        const uint64_t offset = random() % (file.subject.size() / kBlockBytes) * kBlockBytes;
        if (mapped->read(offset, copy) < 0) return fmt::format("SIGBUS from the mapping of {} at {}", file.subject.name(), offset);
        if (auto wrong = wrong_bytes(file.subject, offset, copy); !wrong.empty()) return "mmap: " + wrong;
    }
    return {};
}

/// Random libaio reads, eight at a time.
std::string aio_randomly(const OpenFile& file, uint64_t seed) {
    constexpr unsigned kDepth = 8;
    auto fd = file.open_again(O_DIRECT);
    if (!fd) return fd.error().message();
    auto buffer = ReadBuffer::create(kDepth * kLargest);
    if (!buffer) return buffer.error().message();
    std::mt19937_64 random(seed);
    for (unsigned round = 0; round < kReadsEach / kDepth; ++round) {
        auto batch = AsyncBatch::create(AsyncInterface::aio, kDepth);
        if (!batch) return batch.error().message();
        std::vector<AsyncBatch::Request> requests;
        buffer->poison(buffer->size());
        for (unsigned i = 0; i < kDepth; ++i) {
            const auto [offset, length] = random_range(random, file.subject.size());
            requests.push_back({offset, {buffer->data() + i * kLargest, length}});
        }
        if (auto s = batch->submit(fd->get(), requests); !s) return s.error().message();
        auto done = batch->wait(kDepth, kEnough);
        if (!done) return done.error().message();
        if (done->size() != kDepth) return fmt::format("{} of {} libaio reads completed within {} ms", done->size(), kDepth, kEnough.count());
        for (const auto& one : *done)
            if (auto wrong = check_read(file.subject, {"libaio", "direct", requests[one.index].offset_bytes, one.result}, requests[one.index].buffer); !wrong.empty())
                return wrong;
    }
    return {};
}

/// Waits for all readers; adds what each says.
void gather_answers(std::vector<ReaderProcess>& readers, Complaints& complaints) {
    const auto until = std::chrono::steady_clock::now() + kEnough;
    for (auto& reader : readers) {
        const auto left = std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
        const auto end = reader.wait(std::max(left, milliseconds(1)));
        complaints.add(end ? end->text : "a reader did not come to its end: " + reader.where());
    }
}

/// Buffered, mapping, direct and asynchronous readers of one file at once, from a cold cache.
Result<Finding> all_kinds_at_once(World& world, CacheOptions::Device device, const char* image, const char* name) {
    if (auto s = world.make_cache({.device = device}); !s) return forward(s);
    const bool direct = world.direct() != DirectSupport::refused;
    auto file = open_file(world, image, name, 0);
    if (!file) return forward(file);
    std::vector<std::function<std::string()>> bodies = {
        [&] { return read_randomly(*file, 0, 1); },
        [&] { return map_randomly(*file, 2); },
    };
    if (direct) {
        bodies.emplace_back([&] { return read_randomly(*file, O_DIRECT, 3); });
        bodies.emplace_back([&] { return read_randomly(*file, O_DIRECT, 4); });
        bodies.emplace_back([&] { return aio_randomly(*file, 5); });
    }
    std::vector<ReaderProcess> readers;
    for (const auto& body : bodies) {
        auto reader = world.start_reader(body);
        if (!reader) return forward(reader);
        readers.push_back(std::move(*reader));
    }
    Complaints complaints;
    gather_answers(readers, complaints);
    return complaints.finding();
}

/// Threads of one process that share one descriptor.
Result<Finding> threads_share_descriptor(World& world, CacheOptions::Device device) {
    if (auto skip = unless_direct(world)) return *skip;
    if (auto s = world.make_cache({.device = device}); !s) return forward(s);
    auto file = open_file(world, "scattered-64k", "several", O_DIRECT);
    if (!file) return forward(file);
    std::array<std::string, 8> texts;
    {
        std::vector<std::jthread> threads;
        for (size_t i = 0; i < texts.size(); ++i) threads.emplace_back([&, i] { texts[i] = read_randomly(*file, O_DIRECT, 100 + i); });
    }
    Complaints complaints;
    for (auto& text : texts) complaints.add(std::move(text));
    return complaints.finding();
}

struct ManyReads {
    const char* image;
    const char* name;
    size_t length;    ///< of a read
    uint64_t stride;  ///< from one read to the next
    unsigned reads;
};
constexpr ManyReads kOneRequestEach{"large", "large", kBlockBytes, 17 * kBlockBytes, 64};
/// Two to eight extents each.
constexpr ManyReads kManyRequestsEach{"scattered-4k", "several", 8 * kBlockBytes, 8 * kBlockBytes, 12};

/// More requests at once than the device has tags: reads wait, they do not fail.
Result<Finding> more_than_tags(World& world, AsyncInterface interface, const ManyReads& many) {
    if (auto skip = unless_direct(world)) return *skip;
    if (auto s = world.make_cache({.device = CacheOptions::Device::timer, .queue_depth = 4}); !s) return forward(s);
    auto file = open_file(world, many.image, many.name, O_DIRECT);
    if (!file) return forward(file);
    if (auto s = make_local(world, *file); !s) return forward(s);
    auto buffer = ReadBuffer::create(many.reads * many.length);
    if (!buffer) return forward(buffer);
    // The file's map is in memory from here on: for that as well reads would wait.
    if (::pread(file->fd.get(), buffer->data(), many.length, 0) < 0) return fail_errno("read", file->path());
    buffer->poison(buffer->size());
    std::vector<AsyncBatch::Request> requests;
    for (size_t i = 0; i < many.reads; ++i) requests.push_back({i * many.stride, {buffer->data() + i * many.length, many.length}});
    auto batch = AsyncBatch::create(interface, many.reads);
    if (!batch) return forward(batch);
    if (auto s = batch->submit(file->fd.get(), requests); !s) return forward(s);
    auto done = batch->wait(many.reads, kEnough);
    if (!done) return forward(done);
    Complaints complaints;
    if (done->size() != many.reads) complaints.add(fmt::format("{} of {} reads completed within {} ms", done->size(), many.reads, kEnough.count()));
    for (const auto& one : *done)
        complaints.add(check_read(file->subject, {std::string(async_interface_name(interface)), "direct", requests[one.index].offset_bytes, one.result},
                                  requests[one.index].buffer));
    return complaints.finding();
}

/// The thread that submitted a read ends while the daemon has not delivered; its process lives on and gets the data.
Result<Finding> outlives_thread(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(kBlockBytes);
    if (!buffer) return forward(buffer);
    auto batch = AsyncBatch::create(AsyncInterface::aio, 1);
    if (!batch) return forward(batch);
    // The file's map is here already: what is waited for is the data.
    if (::pread(file->fd.get(), buffer->data(), kBlockBytes, 0) < 0) return fail_errno("read", file->path());
    buffer->poison(kBlockBytes);
    const AsyncBatch::Request request{2 << 20, buffer->first(kBlockBytes)};
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    Status submitted;
    std::jthread submitter([&] { submitted = batch->submit(file->fd.get(), {&request, 1}); });
    const bool asked = world.wait_for_fetches(before + 1, kEnough);
    // Longer than the kernel takes to look whether anybody still waits.  The thread of a kernel that waits in io_submit(2) does not end before.
    std::this_thread::sleep_for(milliseconds(600));
    world.faults().release();
    submitter.join();
    if (!submitted) return forward(submitted);
    if (!asked) return failed("a read by libaio asked the daemon for nothing");
    auto done = batch->wait(1, kEnough);
    if (!done) return forward(done);
    if (done->size() != 1) return failed("a read whose thread has ended did not complete");
    auto wrong = check_read(file->subject, {"libaio", "direct", request.offset_bytes, done->front().result}, request.buffer);
    return wrong.empty() ? passed() : failed("after the thread that submitted it had ended: " + wrong);
}

using Device = CacheOptions::Device;
const char* const kAllRight = "Buffered, mapped, direct and asynchronous readers of one file at once, while it is being fetched, all get the right bytes.";
const char* const kAllSource = "open(2), O_DIRECT: on a read-only file there is nothing a mix of both kinds of I/O could make incoherent";
const char* const kTagsRight = "More direct reads at once than the device has room for wait for it; none fails with EAGAIN.";
const char* const kPartsRight = "A direct read of several extents waits for room on the device between them; none of its parts fails or is lost.";
const char* const kTagsSource = "io_submit(2): EAGAIN is for resources of the submission; block/blk-mq.c: BLK_STS_AGAIN is only for requests with REQ_NOWAIT";

const CaseRegistrar registrar{[] { return std::vector<Case>{
    mapping({"concurrency/all-kinds-ram", kAllRight, kAllSource, [](World& w) { return all_kinds_at_once(w, Device::ram, "scattered-4k", "several"); }}),
    mapping({"concurrency/all-kinds-timer", kAllRight, kAllSource, [](World& w) { return all_kinds_at_once(w, Device::timer, "large", "large"); }}),
    {"concurrency/libaio-outlives-thread", "A direct read by libaio whose thread ends before the daemon has delivered gives the data to its process.",
     "io_submit(2): requests belong to the context, io_destroy(2) and the end of the process end them", outlives_thread},
}; }};

const CaseRegistrar on_file_registrar{[] { return and_on_file({
    {"concurrency/threads-ram", "Eight threads reading one file directly at random offsets get the right bytes.", kAllSource,
     [](World& w) { return threads_share_descriptor(w, Device::ram); }},
    {"concurrency/threads-timer", "Eight threads reading one file directly at random offsets get the right bytes, on a device that completes later, in an interrupt.",
     kAllSource, [](World& w) { return threads_share_descriptor(w, Device::timer); }},
    {"concurrency/libaio-more-than-tags", kTagsRight, kTagsSource, [](World& w) { return more_than_tags(w, AsyncInterface::aio, kOneRequestEach); }},
    {"concurrency/io-uring-more-than-tags", kTagsRight, kTagsSource, [](World& w) { return more_than_tags(w, AsyncInterface::uring, kOneRequestEach); }},
    {"concurrency/libaio-in-parts-more-than-tags", kPartsRight, kTagsSource, [](World& w) { return more_than_tags(w, AsyncInterface::aio, kManyRequestsEach); }},
    {"concurrency/io-uring-in-parts-more-than-tags", kPartsRight, kTagsSource, [](World& w) { return more_than_tags(w, AsyncInterface::uring, kManyRequestsEach); }},
}); }};

}  // namespace

}  // namespace diobench::concurrency_cases
