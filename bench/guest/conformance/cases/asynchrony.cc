// SPDX-License-Identifier: GPL-2.0-only
// asynchrony/: a read that waits for the daemon or the device makes nobody else wait:
// not the program that submitted it, not reads that need no daemon, not other readers.
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/guest/conformance/async_batch.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/other_backends.h"

namespace diobench::asynchrony_cases {

namespace {

constexpr unsigned kOutstanding = 32;
constexpr uint64_t kDelayNs = 400'000'000;
constexpr milliseconds kEnough{16000};
constexpr milliseconds kAtOnce{6000};  ///< for what waits for nothing, on a busy host

double ms(uint64_t ns) { return static_cast<double>(ns) / 1e6; }

/// `count` reads of a block each, every other block from `first_block` on: no two share a fetch.
std::vector<AsyncBatch::Request> every_other_block(const ReadBuffer& buffer, size_t count, uint64_t first_block) {
    buffer.poison(count * kBlockBytes);
    std::vector<AsyncBatch::Request> requests;
    for (size_t i = 0; i < count; ++i)
        requests.push_back({(first_block + 2 * i) * kBlockBytes, {buffer.data() + i * kBlockBytes, kBlockBytes}});
    return requests;
}

void check_all(Complaints& complaints, const Subject& subject, AsyncInterface interface, std::span<const AsyncBatch::Request> requests,
               std::span<const AsyncBatch::Done> done) {
    for (const auto& one : done)
        complaints.add(check_read(subject, {std::string(async_interface_name(interface)), "direct", requests[one.index].offset_bytes, one.result},
                                  requests[one.index].buffer));
}

/// What 32 misses took.
struct Overlap {
    uint64_t submit_ns = 0;
    uint64_t total_ns = 0;
    uint64_t most_in_flight = 0;
};

std::string judge(const Overlap& seen) {
    // One that waits for each takes 32 times the delay; a loaded machine is slow, not that slow.
    if (seen.submit_ns > kDelayNs * kOutstanding / 2)
        return fmt::format("submitting {} reads of data that is not here took {:.0f} ms, with a daemon that answers each after {:.0f} ms: the "
                           "submission waits for the daemon; right is that it returns at once", kOutstanding, ms(seen.submit_ns), ms(kDelayNs));
    if (seen.most_in_flight < 2)
        return fmt::format("of {} reads submitted together the daemon had one at a time: each waits for the one before it", kOutstanding);
    if (seen.total_ns > kDelayNs * kOutstanding / 2)
        return fmt::format("{} reads submitted together took {:.0f} ms with a daemon that answers each after {:.0f} ms and takes any number at "
                           "once: they wait for each other", kOutstanding, ms(seen.total_ns), ms(kDelayNs));
    return {};
}

Result<Finding> misses_overlap(World& world, AsyncInterface interface) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(kOutstanding * kBlockBytes);
    if (!buffer) return forward(buffer);
    auto batch = AsyncBatch::create(interface, kOutstanding);
    if (!batch) return forward(batch);
    const auto requests = every_other_block(*buffer, kOutstanding, 16);
    world.faults().read_delay_ns = kDelayNs;
    world.step("submission of 32 reads that miss");
    const uint64_t start = monotonic_ns();
    if (auto s = batch->submit(file->fd.get(), requests); !s) return forward(s);
    Overlap seen{.submit_ns = monotonic_ns() - start};
    world.step("completion of 32 reads that miss");
    auto done = batch->wait(kOutstanding, kEnough);
    if (!done) return forward(done);
    seen.total_ns = monotonic_ns() - start;
    seen.most_in_flight = world.served().most_in_flight;
    Complaints complaints;
    if (done->size() < kOutstanding) complaints.add(fmt::format("{} of {} reads completed within {} ms", done->size(), kOutstanding, kEnough.count()));
    check_all(complaints, file->subject, interface, requests, *done);
    complaints.add(judge(seen));
    return complaints.finding();
}

Result<Finding> hit_passes_miss(World& world, AsyncInterface interface) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(2 * kBlockBytes);
    if (!buffer) return forward(buffer);
    // Fetched before, with what lies around it.
    if (::pread(file->fd.get(), buffer->data(), kBlockBytes, 0) != static_cast<ssize_t>(kBlockBytes)) return fail_errno("read", file->path());
    auto batch = AsyncBatch::create(interface, 2);
    if (!batch) return forward(batch);
    buffer->poison(buffer->size());
    const std::vector<AsyncBatch::Request> requests = {{4 << 20, buffer->first(kBlockBytes)}, {0, {buffer->data() + kBlockBytes, kBlockBytes}}};
    constexpr uint64_t kSlowNs = 8 * kDelayNs;
    world.faults().read_delay_ns = kSlowNs;
    const uint64_t start = monotonic_ns();
    if (auto s = batch->submit(file->fd.get(), requests); !s) return forward(s);
    auto first = batch->wait(1, kEnough);
    if (!first) return forward(first);
    const uint64_t took = monotonic_ns() - start;
    auto second = batch->wait(1, kEnough);
    if (!second) return forward(second);
    if (first->size() + second->size() != 2) return failed(fmt::format("{} of 2 reads completed within {} ms", first->size() + second->size(), kEnough.count()));
    Complaints complaints;
    check_all(complaints, file->subject, interface, requests, *first);
    check_all(complaints, file->subject, interface, requests, *second);
    if (first->front().index != 1 || took > kSlowNs * 3 / 4)
        complaints.add(fmt::format("a read of local data, submitted behind one that misses, came {} after {:.0f} ms; the daemon answers after {:.0f} "
                                   "ms; right is that it comes at once", first->front().index == 1 ? "first" : "second", ms(took), ms(kSlowNs)));
    return complaints.finding();
}

/// A read in a process of its own; the answer is what is wrong with it.
Result<ReaderProcess> start_read(World& world, const OpenFile& file, int flags, uint64_t offset) {
    return world.start_reader([&file, flags, offset]() -> std::string {
        auto fd = file.open_again(flags);
        if (!fd) return fd.error().message();
        // Without readahead a buffered read asks for its own blocks only.
        ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_RANDOM);
        auto buffer = ReadBuffer::create(kBlockBytes);
        if (!buffer) return buffer.error().message();
        buffer->poison(kBlockBytes);
        const ssize_t n = ::pread(fd->get(), buffer->data(), kBlockBytes, static_cast<off_t>(offset));
        return check_read(file.subject, {"pread", flags == 0 ? "buffered" : "direct", offset, n < 0 ? -errno : n}, buffer->first(kBlockBytes));
    });
}

/// Empty if a reader comes to its end though another one waits for the daemon.
std::string must_not_wait(ReaderProcess& reader, const std::string& what) {
    const auto end = reader.wait(kAtOnce);
    if (!end)
        return fmt::format("{} did not return within {} s while a read of another range waited for the daemon ({}): something is held across the fetch",
                           what, kAtOnce.count() / 1000, reader.where());
    return end->text.empty() ? std::string() : what + ": " + end->text;
}

/// One reader waits for a daemon that holds its READ; others come and go.
Result<Finding> others_go_on(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", flags);
    if (!file) return forward(file);
    auto other = open_file(world, "chunk-64k", "several", flags);
    if (!other) return forward(other);
    auto first = start_read(world, *file, flags, 0);
    if (!first) return forward(first);
    if (auto end = first->wait(kEnough); !end || !end->text.empty()) return failed("a read before anything was slow: " + (end ? end->text : "no end"));
    const uint64_t before = world.fetches();
    world.faults().hold_reads = true;
    auto stuck = start_read(world, *file, flags, 2 << 20);
    if (!stuck) return forward(stuck);
    if (!world.wait_for_fetches(before + 1, kEnough)) return failed("a read of data that is not here never reached the daemon: " + stuck->where());
    world.faults().hold_reads = false;  // later READs are served at once
    Complaints complaints;
    struct {
        const OpenFile& file;
        uint64_t offset;
        const char* what;
    } reads[] = {{*file, 0, "a read of local data of the same file"},
                 {*file, 6 << 20, "a read of another range of the same file, which the daemon serves at once"},
                 {*other, 0, "a read of a file of another mount, which the daemon serves at once"}};
    for (const auto& read : reads) {
        world.step(read.what);
        auto reader = start_read(world, read.file, flags, read.offset);
        if (!reader) return forward(reader);
        complaints.add(must_not_wait(*reader, read.what));
    }
    if (stuck->wait(milliseconds(0))) complaints.add("the read whose READ is held returned all the same");
    world.faults().release();
    const auto end = stuck->wait(kEnough);
    complaints.add(!end ? "the read that waited did not return after its READ was served: " + stuck->where() : end->text);
    return complaints.finding();
}

/// What a reader in a process of its own says while it goes on.
struct Said {
    std::atomic<bool> submitted{false};
};

std::string submit_all(const OpenFile& file, AsyncInterface interface, Said& said) {
    auto buffer = ReadBuffer::create(kOutstanding * kBlockBytes);
    if (!buffer) return buffer.error().message();
    auto batch = AsyncBatch::create(interface, kOutstanding);
    if (!batch) return batch.error().message();
    const auto requests = every_other_block(*buffer, kOutstanding, 1);
    if (auto s = batch->submit(file.fd.get(), requests); !s) return s.error().message();
    said.submitted = true;
    auto done = batch->wait(kOutstanding, kEnough);
    if (!done) return done.error().message();
    Complaints complaints;
    if (done->size() < kOutstanding) complaints.add(fmt::format("{} of {} reads completed within {} ms", done->size(), kOutstanding, kEnough.count()));
    check_all(complaints, file.subject, interface, requests, *done);
    return complaints.finding().text;
}

/// Nothing reaches the device while reads are submitted; with nothing of the file, nor of its map, in memory.
Result<Finding> device_held(World& world, const char* image, AsyncInterface interface) {
    if (auto skip = unless_direct(world)) return *skip;
    if (auto s = world.make_cache({.breakable = true}); !s) return forward(s);
    auto file = open_file(world, image, "several", O_DIRECT);
    if (!file) return forward(file);
    if (auto s = make_local(world, *file); !s) return forward(s);
    void* memory = ::mmap(nullptr, sizeof(Said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return fail_errno("map", "memory");
    auto* said = new (memory) Said;
    if (auto s = world.hold_device(); !s) return forward(s);
    auto reader = world.start_reader([&] { return submit_all(*file, interface, *said); });
    if (!reader) return forward(reader);
    auto end = reader->wait(milliseconds(0));
    for (const uint64_t start = monotonic_ns(); !end && !said->submitted && monotonic_ns() - start < static_cast<uint64_t>(kAtOnce.count()) * 1'000'000;)
        end = reader->wait(milliseconds(10));
    const bool submitted = said->submitted;
    const std::string where = reader->where();
    if (!end) end = reader->wait(milliseconds(100));  // for one that says that it is done too early
    const bool early = end.has_value();
    if (auto s = world.repair_device(); !s) return forward(s);
    if (!end) end = reader->wait(kEnough);
    Complaints complaints;
    if (!end) return failed(fmt::format("reads that were submitted while the device let nothing through did not end within {} ms of its repair ({})", kEnough.count(), reader->where()));
    complaints.add(end->text);
    if (early) complaints.add("the reads were over while the device let nothing through");
    else if (!submitted)
        complaints.add(fmt::format("submitting {} reads did not return within {} ms while the device let nothing through ({}); right is that it returns at once",
                                   kOutstanding, kAtOnce.count(), where));
    return complaints.finding();
}

/// The submitter waits for neither data nor the map of a file: on each back end for one extent, on files for any.
std::vector<Case> device_held_cases() {
    std::vector<Case> cases;
    for (AsyncInterface interface : kAsyncInterfaces) {
        const auto name = async_interface_name(interface);
        const std::string right = fmt::format("32 {} direct reads are submitted at once though the device lets nothing through, and give the right bytes when it does again.", name);
        append(cases, everywhere({fmt::format("asynchrony/{}-device-held", name), right, "io_submit(2), io_uring_enter(2): an asynchronous read returns before it is done",
                                  [interface](World& w) { return device_held(w, "flat", interface); }}));
        const Case cold{fmt::format("asynchrony/{}-map-not-in-memory", name), "The same of a file whose map of chunks is not in memory.",
                        "io_submit(2): a submission that waits for metadata makes the reads behind it wait", [interface](World& w) { return device_held(w, "scattered-4k", interface); }};
        for (const auto& backend : other_backends())
            if (is_file_backed(backend.name)) cases.push_back(on_backend(cold, backend));
    }
    return cases;
}

const char* const kAioSource = "io_submit(2): an asynchronous read returns before it is done; Documentation/filesystems/caching/cachefiles.rst, "
                               "\"On-demand Read\": requests are independent, each has a msg_id";
const char* const kUringSource = "io_uring_enter(2): a request that would block is not waited for at submission";

const CaseRegistrar held_registrar{device_held_cases};

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"asynchrony/libaio-misses-overlap",
     "32 libaio direct reads of data that is not on this machine are submitted at once, are at the daemon together, and take about as long as one.",
     kAioSource, [](World& w) { return misses_overlap(w, AsyncInterface::aio); }},
    {"asynchrony/io-uring-misses-overlap",
     "32 io_uring direct reads of data that is not on this machine are submitted at once, are at the daemon together, and take far less than one after the other.",
     kUringSource, [](World& w) { return misses_overlap(w, AsyncInterface::uring); }},
    {"asynchrony/libaio-hit-passes-miss", "A libaio direct read of local data completes at once, though one submitted before it waits for the daemon.",
     kAioSource, [](World& w) { return hit_passes_miss(w, AsyncInterface::aio); }},
    {"asynchrony/io-uring-hit-passes-miss", "An io_uring direct read of local data completes at once, though one submitted before it waits for the daemon.",
     kUringSource, [](World& w) { return hit_passes_miss(w, AsyncInterface::uring); }},
    {"asynchrony/direct-others-go-on",
     "While one direct reader waits for the daemon, direct reads of local data, of other ranges and of other files go on.",
     "fs/cachefiles/ondemand.c, cachefiles_ondemand_send_req(): the wait is for one request; no lock of a file, a cookie or a mount may be held over it",
     [](World& w) { return others_go_on(w, O_DIRECT); }},
    {"asynchrony/buffered-others-go-on",
     "While one buffered reader waits for the daemon, buffered reads of cached pages, of other ranges and of other files go on.",
     "mm/filemap.c: only the folios that are read are locked", [](World& w) { return others_go_on(w, 0); }},
}; }};

}  // namespace

}  // namespace diobench::asynchrony_cases
