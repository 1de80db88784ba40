// SPDX-License-Identifier: GPL-2.0-only
// nowait/: a read that was asked not to block does not.
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench/guest/conformance/async_batch.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/other_backends.h"

namespace diobench::nowait_cases {

namespace {

constexpr milliseconds kAtOnce{6000};
constexpr milliseconds kEnough{16000};
constexpr milliseconds kSlow{4000};  ///< a daemon that nobody can take for a busy host
constexpr uint64_t kCold = 4 << 20;

/// What is wrong with a result of preadv2(RWF_NOWAIT): all the data is right,
/// and the two ways of saying "not now" are.
std::string judge_nowait(const Subject& subject, int flags, uint64_t offset, ssize_t result, std::span<const std::byte> buffer) {
    if (result == -EAGAIN || result == -EOPNOTSUPP) return {};
    return check_read(subject, {"preadv2(RWF_NOWAIT)", via_of(flags), offset, result}, buffer);
}

std::string read_nowait(const OpenFile& file, int fd, int flags, uint64_t offset) {
    auto buffer = ReadBuffer::create(kBlockBytes);
    if (!buffer) return buffer.error().message();
    buffer->poison(kBlockBytes);
    const iovec vector{buffer->data(), kBlockBytes};
    const ssize_t n = ::preadv2(fd, &vector, 1, static_cast<off_t>(offset), RWF_NOWAIT);
    return judge_nowait(file.subject, flags, offset, n < 0 ? -errno : n, buffer->first(kBlockBytes));
}

Result<Finding> preadv2_nowait(World& world, int flags) {
    if ((flags & O_DIRECT) != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", flags);
    if (!file) return forward(file);
    // Metadata and the first block become local.
    char byte = 0;
    auto plain = file->open_again(0);
    if (!plain) return forward(plain);
    if (::pread(plain->get(), &byte, 1, 0) != 1) return fail_errno("read", file->path());
    world.faults().hold_reads = true;
    Complaints complaints;
    for (uint64_t offset : {uint64_t{0}, kCold}) {
        auto reader = world.start_reader([&]() -> std::string {
            auto fd = file->open_again(flags);
            return fd ? read_nowait(*file, fd->get(), flags, offset) : fd.error().message();
        });
        if (!reader) return forward(reader);
        const auto end = reader->wait(kAtOnce);
        complaints.add(end ? end->text
                           : fmt::format("{} preadv2(RWF_NOWAIT) at {} did not return within {} ms: it waits for the daemon ({}); right is EAGAIN at once",
                                         via_of(flags), offset, kAtOnce.count(), reader->where()));
    }
    world.faults().release();
    return complaints.finding();
}

/// Neither data nor the file's map is in memory, and nothing reaches the device.
Result<Finding> nothing_in_memory(World& world, int flags) {
    if ((flags & O_DIRECT) != 0)
        if (auto skip = unless_direct(world)) return *skip;
    if (auto s = world.make_cache({.breakable = true}); !s) return forward(s);
    auto file = open_file(world, "scattered-4k", "several", flags);
    if (!file) return forward(file);
    if (auto s = make_local(world, *file); !s) return forward(s);
    if (auto s = world.hold_device(); !s) return forward(s);
    auto reader = world.start_reader([&] { return read_nowait(*file, file->fd.get(), flags, kBlockBytes); });
    if (!reader) return forward(reader);
    const auto end = reader->wait(kAtOnce);
    const std::string where = reader->where();
    if (auto s = world.repair_device(); !s) return forward(s);
    if (end) return end->text.empty() ? passed() : failed(end->text);
    (void)reader->wait(kEnough);
    return failed(fmt::format("{} preadv2(RWF_NOWAIT) did not return within {} ms: it waits for the device ({}); right is EAGAIN at once", via_of(flags), kAtOnce.count(), where));
}

std::vector<Case> nothing_in_memory_cases() {
    std::vector<Case> cases;
    for (int flags : {O_DIRECT, 0})
        append(cases, on_other_backends({fmt::format("nowait/nothing-in-memory-{}", via_of(flags)),
                                         fmt::format("A {} read that was asked not to block returns at once, with EAGAIN or EOPNOTSUPP, if neither data nor metadata of the file is in memory.", via_of(flags)),
                                         "preadv2(2), RWF_NOWAIT", [flags](World& w) { return nothing_in_memory(w, flags); }}));
    return cases;
}

/// The file system says that a buffered read can be asked not to block.
bool claims_nowait(const OpenFile& file) {
    char byte = 0;
    const iovec vector{&byte, 1};
    return ::preadv2(file.fd.get(), &vector, 1, 0, RWF_NOWAIT) >= 0 || errno != EOPNOTSUPP;
}

/// io_uring on a descriptor with O_NONBLOCK passes IOCB_NOWAIT and gives up on EAGAIN.
Result<Finding> uring_nonblock(World& world, int flags) {
    if ((flags & O_DIRECT) != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", flags | O_NONBLOCK);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(kBlockBytes);
    if (!buffer) return forward(buffer);
    buffer->poison(kBlockBytes);
    auto batch = AsyncBatch::create(AsyncInterface::uring, 1);
    if (!batch) return forward(batch);
    world.faults().read_delay_ns = kSlow.count() * 1'000'000;
    const AsyncBatch::Request request{kCold, buffer->first(kBlockBytes)};
    const uint64_t start = monotonic_ns();
    if (auto s = batch->submit(file->fd.get(), {&request, 1}); !s) return forward(s);
    const auto took_ms = static_cast<int64_t>((monotonic_ns() - start) / 1'000'000);
    auto done = batch->wait(1, kEnough);
    if (!done) return forward(done);
    Complaints complaints;
    // Where a buffered read never claims not to block (EOPNOTSUPP), readahead may wait inside the submission.
    const bool bound = (flags & O_DIRECT) != 0 || claims_nowait(*file);
    if (took_ms > kSlow.count() * 3 / 4 && bound)
        complaints.add(fmt::format("submitting a {} read on a descriptor with O_NONBLOCK took {} ms: it waits for the daemon; right is at once", via_of(flags), took_ms));
    if (done->empty()) return failed(fmt::format("an io_uring read on a descriptor with O_NONBLOCK did not complete within {} ms", kEnough.count()));
    complaints.add(judge_nowait(file->subject, flags, kCold, done->front().result, buffer->first(kBlockBytes)));
    auto finding = complaints.finding();
    if (finding.outcome == Outcome::pass && took_ms > kSlow.count() * 3 / 4)
        return noted(fmt::format("submitting a buffered read on a descriptor with O_NONBLOCK waits for the daemon ({} ms); the file does not claim to support reads that do not wait", took_ms));
    return finding;
}

const char* const kRight = "A {} read that was asked not to block (preadv2 RWF_NOWAIT) returns at once: the data, or EAGAIN, or EOPNOTSUPP; never does it wait for the daemon.";
const char* const kUringRight = "Submitting a {} io_uring read on a descriptor with O_NONBLOCK returns at once; it completes with the data, EAGAIN or EOPNOTSUPP.";
const char* const kSource = "preadv2(2), RWF_NOWAIT; open(2), O_NONBLOCK; io_uring/rw.c, io_rw_init_file() sets IOCB_NOWAIT";

const CaseRegistrar memory_registrar{nothing_in_memory_cases};

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"nowait/preadv2-direct", fmt::format(fmt::runtime(kRight), "direct"), kSource, [](World& w) { return preadv2_nowait(w, O_DIRECT); }},
    {"nowait/preadv2-buffered", fmt::format(fmt::runtime(kRight), "buffered"), kSource, [](World& w) { return preadv2_nowait(w, 0); }},
    {"nowait/io-uring-direct", fmt::format(fmt::runtime(kUringRight), "direct"), kSource, [](World& w) { return uring_nonblock(w, O_DIRECT); }},
    {"nowait/io-uring-buffered", fmt::format(fmt::runtime(kUringRight), "buffered"), kSource, [](World& w) { return uring_nonblock(w, 0); }},
}; }};

}  // namespace

}  // namespace diobench::nowait_cases
