// SPDX-License-Identifier: GPL-2.0-only
// failure/daemon-*: a daemon that delivers nothing, a part, the wrong part, or
// dies.  What was not delivered is never returned as data.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#include "bench/guest/conformance/async_batch.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_calls.h"

namespace diobench::failure_daemon_cases {

namespace {

constexpr size_t kWindow = 128 << 10;

/// One open file, a buffer, and the calls to read with.
struct Reading {
    OpenFile file;
    ReadBuffer buffer;
    Reads reads;
    int flags;

    ReadDone read(ReadCall call, uint64_t offset, size_t length) {
        buffer.poison(length);
        const ssize_t n = reads.read(call, file.fd.get(), offset, buffer.first(length));
        return {std::string(read_call_name(call)), via_of(flags), offset, n};
    }
    std::string all_right(ReadCall call, uint64_t offset, size_t length) {
        const ReadDone done = read(call, offset, length);
        return check_read(file.subject, done, buffer.first(length));
    }
    /// EIO, or fewer bytes than asked for, all of them right.
    std::string right_or_less(ReadCall call, uint64_t offset, size_t length, uint64_t delivered_bytes) {
        const ReadDone done = read(call, offset, length);
        return check_read_or_error(file.subject, done, buffer.first(length), delivered_bytes);
    }
};

Result<Reading> begin(World& world, int flags, const char* image = "large", const char* name = "large") {
    auto file = open_file(world, image, name, flags);
    if (!file) return forward(file);
    // A buffered read asks for its own range, not for what readahead guesses.
    if (flags == 0) ::posix_fadvise(file->fd.get(), 0, 0, POSIX_FADV_RANDOM);
    auto buffer = ReadBuffer::create(1 << 20);
    if (!buffer) return forward(buffer);
    auto reads = Reads::create();
    if (!reads) return forward(reads);
    return Reading{std::move(*file), std::move(*buffer), std::move(*reads), flags};
}

constexpr ReadCall kCalls[] = {ReadCall::pread, ReadCall::aio_pread, ReadCall::uring_read};

/// Nothing is written into the cache; then the daemon recovers.
Result<Finding> delivers_nothing(World& world, int flags, void (*misbehave)(DaemonFaults&)) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto reading = begin(world, flags);
    if (!reading) return forward(reading);
    misbehave(world.faults());
    Complaints complaints;
    uint64_t offset = 1 << 20;
    for (ReadCall call : kCalls)
        for (size_t length : {kBlockBytes, kWindow}) complaints.add(reading->right_or_less(call, offset += kWindow, length, 0));
    world.faults().clear();
    offset = 1 << 20;
    for (ReadCall call : kCalls)
        for (size_t length : {kBlockBytes, kWindow}) {
            auto wrong = reading->all_right(call, offset += kWindow, length);
            complaints.add(wrong.empty() ? wrong : "after the daemon recovered: " + wrong);
        }
    return complaints.finding();
}

Result<Finding> mapping_without_data(World& world) {
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    auto mapped = MappedFile::map(file->fd.get(), file->subject.size(), MADV_NORMAL);
    if (!mapped) return forward(mapped);
    world.faults().fill_nothing = true;
    std::vector<std::byte> copy(kBlockBytes, kPoison);
    if (mapped->read(1 << 20, copy) >= 0)
        return failed(fmt::format("a page of a mapping that the daemon did not deliver was readable: there are {}; right is SIGBUS",
                                  origin_of(file->subject, 1 << 20, copy)));
    world.faults().clear();
    if (mapped->read(1 << 20, copy) < 0) return failed("SIGBUS from the mapping after the daemon recovered");
    auto wrong = wrong_bytes(file->subject, 1 << 20, copy);
    return wrong.empty() ? passed() : failed("after the daemon recovered: " + wrong);
}

/// The first half is here, the second half never comes.
Result<Finding> delivers_half(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto reading = begin(world, flags);
    if (!reading) return forward(reading);
    Complaints complaints;
    uint64_t offset = 1 << 20;
    for (ReadCall call : kCalls) {
        offset += kWindow;
        complaints.add(reading->all_right(ReadCall::pread, offset, kWindow / 2));
        world.faults().fill_nothing = true;
        complaints.add(reading->right_or_less(call, offset, kWindow, kWindow / 2));
        world.faults().clear();
        complaints.add(reading->all_right(call, offset, kWindow));
    }
    return complaints.finding();
}

/// Every READ is answered with its first block only: the kernel asks again, or gives up.
Result<Finding> delivers_prefixes(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto reading = begin(world, flags);
    if (!reading) return forward(reading);
    world.faults().fill_at_most_bytes = kBlockBytes;
    Complaints complaints;
    uint64_t offset = 1 << 20;
    for (ReadCall call : kCalls) complaints.add(reading->right_or_less(call, offset += kWindow, kWindow, kWindow));
    world.faults().clear();
    offset = 1 << 20;
    for (ReadCall call : kCalls) complaints.add(reading->all_right(call, offset += kWindow, kWindow));
    return complaints.finding();
}

/// Some blocks are here, others are not: a read over all of them fetches the rest.
Result<Finding> partly_here(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto reading = begin(world, flags);
    if (!reading) return forward(reading);
    Complaints complaints;
    uint64_t base = 1 << 20;
    for (ReadCall call : kCalls) {
        // The first block.
        complaints.add(reading->all_right(ReadCall::pread, base, kBlockBytes));
        complaints.add(reading->all_right(call, base, 8 * kBlockBytes));
        // Two blocks with a gap: the gap alone, then over a gap.
        base += kWindow;
        for (uint64_t block : {0, 2}) complaints.add(reading->all_right(ReadCall::pread, base + block * kBlockBytes, kBlockBytes));
        complaints.add(reading->all_right(call, base + kBlockBytes, kBlockBytes));
        base += kWindow;
        for (uint64_t block : {0, 2, 5}) complaints.add(reading->all_right(ReadCall::pread, base + block * kBlockBytes, kBlockBytes));
        complaints.add(reading->all_right(call, base, 8 * kBlockBytes));
        base += kWindow;
    }
    return complaints.finding();
}

/// Two blocks of one read cannot be had: what lies before the first of them is all that counts.
Result<Finding> two_gaps(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto reading = begin(world, flags);
    if (!reading) return forward(reading);
    Complaints complaints;
    uint64_t base = 1 << 20;
    for (ReadCall call : kCalls) {
        for (uint64_t block : {0, 2, 4}) complaints.add(reading->all_right(ReadCall::pread, base + block * kBlockBytes, kBlockBytes));
        world.faults().fill_nothing = true;
        complaints.add(reading->right_or_less(call, base, 5 * kBlockBytes, kBlockBytes));
        world.faults().clear();
        complaints.add(reading->all_right(call, base, 5 * kBlockBytes));
        base += kWindow;
    }
    return complaints.finding();
}

/// The daemon fills another range than it was asked for.
Result<Finding> delivers_elsewhere(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto reading = begin(world, flags);
    if (!reading) return forward(reading);
    world.faults().fill_elsewhere_bytes = 256 << 10;
    Complaints complaints;
    uint64_t offset = 1 << 20;
    for (ReadCall call : kCalls) complaints.add(reading->right_or_less(call, offset += kBlockBytes, kBlockBytes, 0));
    world.faults().clear();
    complaints.add(reading->all_right(ReadCall::pread, 1 << 20, 512 << 10));
    return complaints.finding();
}

/// A synchronous read of a process of its own.
Result<ReaderProcess> start_read(World& world, Reading& reading, ReadCall call, uint64_t offset) {
    return world.start_reader([&reading, call, offset] { return reading.all_right(call, offset, kBlockBytes); });
}

/// Killed with READs unanswered; another takes over and is asked again.
Result<Finding> dies_and_is_replaced(World& world, int flags, ReadCall call) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto reading = begin(world, flags);
    if (!reading) return forward(reading);
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    auto reader = start_read(world, *reading, call, 4 << 20);
    if (!reader) return forward(reader);
    if (!world.wait_for_fetches(before + 1, kEnough)) return failed("the read never reached the daemon: " + reader->where());
    if (auto s = world.kill_daemon(); !s) return forward(s);
    world.faults().release();
    if (reader->wait(milliseconds(30))) return failed("the read returned when the daemon was killed; with /dev/cachefiles open it has to wait for another one");
    if (auto s = world.restore_daemon(); !s) return forward(s);
    world.step("a read whose daemon was killed, after another one asked for its requests (restore)");
    const auto end = reader->wait(kEnough);
    if (!end) return failed("a read whose daemon was killed does not return after another one took over (restore): " + reader->where());
    return end->text.empty() ? passed() : failed("after another daemon took over: " + end->text);
}

Result<Finding> dies_under_batch(World& world, AsyncInterface interface) {
    if (auto skip = unless_direct(world)) return *skip;
    constexpr unsigned kReads = 32;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(kReads * kBlockBytes);
    if (!buffer) return forward(buffer);
    buffer->poison(buffer->size());
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    // In a process of its own: a kernel whose io_submit waits must not stop us from killing the daemon.
    auto reader = world.start_reader([&]() -> std::string {
        auto batch = AsyncBatch::create(interface, kReads);
        if (!batch) return batch.error().message();
        std::vector<AsyncBatch::Request> requests;
        for (size_t i = 0; i < kReads; ++i) requests.push_back({(16 + 2 * i) * kBlockBytes, {buffer->data() + i * kBlockBytes, kBlockBytes}});
        if (auto s = batch->submit(file->fd.get(), requests); !s) return s.error().message();
        auto done = batch->wait(kReads, milliseconds(12000));
        if (!done) return done.error().message();
        if (done->size() != kReads) return fmt::format("{} of {} reads completed within 12 s", done->size(), kReads);
        for (const auto& one : *done)
            if (auto wrong = check_read(file->subject, {std::string(async_interface_name(interface)), "direct", requests[one.index].offset_bytes, one.result},
                                        requests[one.index].buffer); !wrong.empty())
                return wrong;
        return {};
    });
    if (!reader) return forward(reader);
    if (!world.wait_for_fetches(before + 1, kEnough)) return failed("no read reached the daemon: " + reader->where());
    std::this_thread::sleep_for(milliseconds(30));
    if (auto s = world.kill_daemon(); !s) return forward(s);
    world.faults().clear();
    if (auto s = world.restore_daemon(); !s) return forward(s);
    const auto end = reader->wait(milliseconds(15000));
    if (!end) return failed("reads whose daemon was killed do not complete after another one took over (restore): " + reader->where());
    return end->text.empty() ? passed() : failed("daemon killed in the middle of 32 reads, another took over: " + end->text);
}

/// The daemon's refusal to open is the mount's error.
Result<Finding> refuses_open(World& world) {
    {
        auto sound = world.mount("flat");
        if (!sound) return forward(sound);
    }
    for (int error : {ENOENT, EIO, ENOMEM}) {
        world.faults().open_errno = error;
        auto mounted = world.mount("flat");
        if (mounted) return failed(fmt::format("the mount succeeded although the daemon answered its open with {}", ::strerrorname_np(error)));
        if (mounted.error().errno_value == 0) return forward(mounted);
    }
    world.faults().clear();
    auto file = open_file(world, "flat", "several", 0);
    if (!file) return failed("after the daemon recovered: " + file.error().message());
    char byte = 0;
    return ::pread(file->fd.get(), &byte, 1, 0) == 1 ? passed() : failed("after the daemon recovered a read fails");
}

const char* const kNever = "Documentation/filesystems/caching/cachefiles.rst, \"On-demand Read\"; fs/cachefiles/io.c, cachefiles_do_prepare_read(): a READ that was completed "
                           "and left its range missing is an error";

std::vector<Case> all() {
    std::vector<Case> cases;
    for (int flags : {O_DIRECT, 0}) {
        const std::string name(via_of(flags));
        const std::string read = fmt::format("A {} read", name);
        auto add = [&](const std::string& what, const std::string& right, std::function<Result<Finding>(World&)> run) {
            cases.push_back({fmt::format("failure/daemon-{}-{}", what, name), right, kNever, std::move(run)});
        };
        add("fills-nothing", read + " whose daemon answers without writing anything gives EIO; once the daemon works the data is right.",
            [flags](World& w) { return delivers_nothing(w, flags, [](DaemonFaults& f) { f.fill_nothing = true; }); });
        add("write-fails", read + " whose daemon failed to write gives EIO, and the range is asked for again by the next read, not taken for present.",
            [flags](World& w) { return delivers_nothing(w, flags, [](DaemonFaults& f) { f.fail_writes = true; }); });
        add("fills-half", read + " of which only the first half can be had is short or EIO, with right bytes up to where it ends.",
            [flags](World& w) { return delivers_half(w, flags); });
        add("fills-prefixes", read + " whose daemon delivers a block at a time has the right bytes, or is short, or EIO.",
            [flags](World& w) { return delivers_prefixes(w, flags); });
        add("partly-here", read + " over blocks that are here and blocks that are not fetches what is missing.",
            [flags](World& w) { return partly_here(w, flags); });
        add("two-gaps", read + " of which two parts cannot be had gives at most what lies before the first of them, whichever fails last.",
            [flags](World& w) { return two_gaps(w, flags); });
        add("fills-elsewhere", read + " whose daemon wrote another range gives EIO, not what lies in the cache file.",
            [flags](World& w) { return delivers_elsewhere(w, flags); });
        add("dies-and-is-replaced", read + " whose daemon is killed waits, and gets its data when another daemon asks for the open requests (restore).",
            [flags](World& w) { return dies_and_is_replaced(w, flags, ReadCall::pread); });
    }
    cases.push_back(mapping({"failure/daemon-fills-nothing-mmap", "Touching a mapping whose data the daemon does not deliver raises SIGBUS, and gives the data once it does.",
                             kNever, mapping_without_data}));
    for (AsyncInterface interface : kAsyncInterfaces)
        cases.push_back({fmt::format("failure/daemon-dies-under-{}", async_interface_name(interface)),
                         "32 asynchronous direct reads whose daemon is killed in the middle all complete with their data once another one took over (restore).",
                         "Documentation/filesystems/caching/cachefiles.rst; fs/cachefiles/ondemand.c, cachefiles_ondemand_restore()",
                         [interface](World& w) { return dies_under_batch(w, interface); }});
    cases.push_back({"failure/daemon-refuses-open", "A mount whose blob the daemon cannot open fails; others are not affected.", "mount(2); fs/cachefiles/ondemand.c, copen",
                     refuses_open});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::failure_daemon_cases
