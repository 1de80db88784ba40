// SPDX-License-Identifier: GPL-2.0-only
// signals/: a reader whose daemon is silent can be ended, and one that was not
// ended gets its data.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/guest/conformance/async_batch.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/held_reads.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_once.h"

namespace diobench::signals_cases {

namespace {

constexpr milliseconds kDeath{4000};
constexpr milliseconds kAllAsked{1000};
constexpr uint64_t kCold = 4 << 20;
constexpr unsigned kOutstanding = 8;
constexpr uint64_t kBehindCrowd = 6 << 20;

using Body = std::string (*)(World&, const OpenFile&);

std::string read_waiting(const OpenFile& file, int flags) {
    return read_once(file.subject, file.path(), {.offset = kCold, .length = kBlockBytes, .flags = flags, .advice = POSIX_FADV_NORMAL});
}

std::string map_waiting(World& /*world*/, const OpenFile& file) {
    auto fd = file.open_again(0);
    if (!fd) return fd.error().message();
    auto mapped = MappedFile::map(fd->get(), file.subject.size(), MADV_RANDOM);
    if (!mapped) return mapped.error().message();
    std::vector<std::byte> copy(kBlockBytes);
    if (mapped->read(kCold, copy) < 0) return "SIGBUS";
    return wrong_bytes(file.subject, kCold, copy);
}

/// Direct reads of a process that are under way.
struct Outstanding {
    ReadBuffer buffer;
    std::optional<AsyncBatch> batch;  ///< before the buffer is gone

    [[nodiscard]] static Result<Outstanding> submit(const OpenFile& file, AsyncInterface interface, uint64_t offset = kCold) {
        auto fd = file.open_again(O_DIRECT);
        if (!fd) return forward(fd);
        auto buffer = ReadBuffer::create(kOutstanding * kBlockBytes);
        if (!buffer) return forward(buffer);
        auto batch = AsyncBatch::create(interface, kOutstanding);
        if (!batch) return forward(batch);
        std::vector<AsyncBatch::Request> requests;
        for (size_t i = 0; i < kOutstanding; ++i) requests.push_back({offset + 2 * i * kBlockBytes, {buffer->data() + i * kBlockBytes, kBlockBytes}});
        if (auto s = batch->submit(fd->get(), requests); !s) return forward(s);
        return Outstanding{std::move(*buffer), std::move(*batch)};
    }
};

std::string batch_waiting(const OpenFile& file, AsyncInterface interface, uint64_t offset = kCold) {
    auto reads = Outstanding::submit(file, interface, offset);
    if (!reads) return reads.error().message();
    auto done = reads->batch->wait(kOutstanding, milliseconds(60'000));
    return done ? std::string() : done.error().message();
}

/// The same, and the daemon has been asked for all of them: one that is given up before it was is of no interest here.
Result<Outstanding> submit_and_ask(World& world, const OpenFile& file, AsyncInterface interface) {
    const uint64_t before = world.fetches();
    auto reads = Outstanding::submit(file, interface);
    if (reads && !world.wait_for_fetches(before + kOutstanding, kEnough)) return fail("wait for the READs of", file.path(), fmt::format("{} of {} reached the daemon", world.fetches() - before, kOutstanding));
    return reads;
}

/// io_destroy(2), or the end of a ring; then nothing more until the signal comes.
std::string end_outstanding(World& world, const OpenFile& file, AsyncInterface interface) {
    auto reads = submit_and_ask(world, file, interface);
    if (!reads) return reads.error().message();
    reads->batch.reset();
    for (;;) ::pause();
}

/// io_destroy(2) by one thread, while the other one waits for the signal.
std::string destroy_by_thread(World& world, const OpenFile& file) {
    auto reads = submit_and_ask(world, file, AsyncInterface::aio);
    if (!reads) return reads.error().message();
    std::thread other([&] { reads->batch.reset(); });
    for (;;) ::pause();
}

/// execve(2) ends reads of the program before; what comes after is ourselves without arguments, which is at its end at once.
std::string exec_outstanding(World& world, const OpenFile& file, AsyncInterface interface) {
    auto reads = submit_and_ask(world, file, interface);
    if (!reads) return reads.error().message();
    UniqueFd quiet(::open("/dev/null", O_WRONLY));
    ::dup2(quiet.get(), STDERR_FILENO);
    ::execl("/proc/self/exe", "after-exec", nullptr);
    return "cannot execute /proc/self/exe";
}

/// In what a process waits when the signal comes.
enum class Stuck {
    in_read,
    behind_reads,  ///< in a call that waits for its reads
    in_execve,     ///< in one that a kernel which cancels reads lets come to its end before the signal
};

struct How {
    const char* name;
    const char* what;
    bool direct;
    Body body;
    Stuck stuck = Stuck::in_read;
};

constexpr How kHows[] = {
    {"direct-pread", "a direct pread", true, [](World&, const OpenFile& f) { return read_waiting(f, O_DIRECT); }},
    {"buffered-pread", "a buffered pread", false, [](World&, const OpenFile& f) { return read_waiting(f, 0); }},
    {"mmap", "a page fault of a mapping", false, map_waiting},
    {"libaio", "a process with libaio direct reads outstanding", true, [](World&, const OpenFile& f) { return batch_waiting(f, AsyncInterface::aio); }},
    {"io-uring", "a process with io_uring direct reads outstanding", true, [](World&, const OpenFile& f) { return batch_waiting(f, AsyncInterface::uring); }},
    {"io-destroy", "a process in io_destroy(2) with direct reads outstanding", true, [](World& w, const OpenFile& f) { return end_outstanding(w, f, AsyncInterface::aio); }, Stuck::behind_reads},
    {"io-destroy-in-thread", "a process of which a thread is in io_destroy(2) with direct reads outstanding", true, destroy_by_thread, Stuck::behind_reads},
    {"io-uring-exit", "a process that has closed a ring with direct reads outstanding", true, [](World& w, const OpenFile& f) { return end_outstanding(w, f, AsyncInterface::uring); }, Stuck::behind_reads},
    {"execve-libaio", "a process in execve(2) with libaio direct reads outstanding", true, [](World& w, const OpenFile& f) { return exec_outstanding(w, f, AsyncInterface::aio); }, Stuck::in_execve},
    {"execve-io-uring", "a process in execve(2) with io_uring direct reads outstanding", true, [](World& w, const OpenFile& f) { return exec_outstanding(w, f, AsyncInterface::uring); }, Stuck::in_execve},
};

/// After a reader was ended, what it waited for can be read.
std::string still_readable(World& world, const OpenFile& file, int flags) {
    auto again = world.start_reader([&file, flags] { return read_waiting(file, flags); });
    if (!again) return again.error().message();
    const auto end = again->wait(kEnough);
    if (!end) return "a later read of the same range does not return: " + again->where();
    return end->text.empty() ? end->text : "a later read of the same range: " + end->text;
}

/// Waits until a process is stuck in what it does behind its reads; one that is not by then does not get stuck.
void wait_until_behind(const ReaderProcess& reader) {
    constexpr milliseconds kMost{300};
    constexpr milliseconds kLook{10};
    for (auto left = kMost / kLook; left > 0 && !reader.where().starts_with('D'); --left) std::this_thread::sleep_for(kLook);
}

/// A reader whose READ is held dies of the signal: at once, but for what a busy host takes.
Result<Finding> dies_of(World& world, const How& how, int signal) {
    if (how.direct)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    auto reader = world.start_reader([&] { return how.body(world, *file); });
    if (!reader) return forward(reader);
    if (!world.wait_for_fetches(before + 1, kEnough)) return failed(fmt::format("{} never reached the daemon: {}", how.what, reader->where()));
    if (how.stuck != Stuck::in_read) {
        (void)world.wait_for_fetches(before + kOutstanding, kAllAsked);  // a kernel that waits for each has one
        wait_until_behind(*reader);
    }
    world.step(fmt::format("send signal {} to {} that waits for the daemon", signal, how.what));
    reader->kill(signal);
    const auto end = reader->wait(kDeath);
    Complaints complaints;
    if (!end)
        complaints.add(fmt::format("{} that waits for a silent daemon did not die within {} ms of {}: {}; right is that it dies at once", how.what,
                                   kDeath.count(), ::sigabbrev_np(signal), reader->where()));
    else if (end->exit_status != 128 + signal && how.stuck != Stuck::in_execve)
        complaints.add(fmt::format("{} ended with status {} ({}) before the signal", how.what, end->exit_status, end->text));
    world.faults().release();
    if (!end && !reader->wait(kEnough)) complaints.add("not even after the daemon answered");
    complaints.add(still_readable(world, *file, how.direct ? O_DIRECT : 0));
    return complaints.finding();
}

/// A reader behind so many that no worker has begun with its reads.
Result<Finding> dies_behind_crowd(World& world) {
    if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", O_DIRECT);
    if (!file) return forward(file);
    auto crowd = hold_crowd(world, *file, 1 << 20);
    if (!crowd) return forward(crowd);
    if (auto skip = unless_crowded(*crowd)) return world.faults().release(), *skip;
    auto reader = world.start_reader([&] { return batch_waiting(*file, AsyncInterface::aio, kBehindCrowd); });
    if (!reader) return forward(reader);
    std::this_thread::sleep_for(milliseconds(100));
    world.step(fmt::format("SIGKILL to a process with libaio direct reads outstanding, while {} others wait for the daemon", kCrowd));
    reader->kill(SIGKILL);
    const auto end = reader->wait(kDeath);
    const std::string where = end ? "" : reader->where();
    world.faults().release();
    if (!crowd->process.wait(kCrowdsEnd)) return failed("reads that the daemon answered do not return: " + crowd->process.where());
    if (end) return passed();
    const char* after = reader->wait(kEnough) ? "" : ", not even after the daemon answered";
    return failed(fmt::format("a process whose direct reads came behind {} that wait for a silent daemon did not die within {} ms of SIGKILL: {}{}; right is that it dies at once", kCrowd,
                              kDeath.count(), where, after));
}

void do_nothing(int) {}

/// A signal with a handler does not make a read of a regular file fail or come short.
Result<Finding> handled_signal_is_harmless(World& world, int flags) {
    if (flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    auto reader = world.start_reader([&] {
        struct sigaction action {};
        action.sa_handler = do_nothing;  // without SA_RESTART
        ::sigaction(SIGUSR1, &action, nullptr);
        return read_waiting(*file, flags);
    });
    if (!reader) return forward(reader);
    if (!world.wait_for_fetches(before + 1, kEnough)) return failed("the read never reached the daemon: " + reader->where());
    for (int i = 0; i < 3; ++i) reader->kill(SIGUSR1);
    const auto early = reader->wait(milliseconds(50));
    if (early) return failed("a signal with a handler ended the read: " + (early->text.empty() ? "it returned data nobody had delivered" : early->text));
    world.faults().release();
    const auto end = reader->wait(kEnough);
    if (!end) return failed("the read did not return after the daemon answered: " + reader->where());
    return end->text.empty() ? passed() : failed(end->text);
}

const char* const kSource = "signal(7); fs/cachefiles/ondemand.c, cachefiles_ondemand_send_req(): the wait is killable; fs/aio.c, exit_aio(), which "
                            "io_destroy(2) and execve(2) wait as well; io_uring/io_uring.c, io_uring_cancel_generic()";

std::vector<Case> all() {
    std::vector<Case> cases;
    for (const How& how : kHows) {
        cases.push_back({fmt::format("signals/sigkill-{}", how.name), fmt::format("SIGKILL ends {} that waits for a silent daemon at once.", how.what), kSource,
                         [&how](World& w) { return dies_of(w, how, SIGKILL); }});
        cases.back().maps_files = how.body == map_waiting;
    }
    for (const How& how : {kHows[0], kHows[1]})
        cases.push_back({fmt::format("signals/sigterm-{}", how.name),
                         fmt::format("SIGTERM without a handler ends {} that waits for a silent daemon at once.", how.what), kSource,
                         [how](World& w) { return dies_of(w, how, SIGTERM); }});
    cases.push_back({fmt::format("signals/sigkill-behind-{}", kCrowd),
                     fmt::format("SIGKILL ends a process with direct reads outstanding at once, also if {} reads of others were there before and wait for a silent daemon.", kCrowd),
                     "signal(7); fs/aio.c, exit_aio(); include/linux/workqueue.h, WQ_MAX_ACTIVE", dies_behind_crowd});
    for (int flags : {O_DIRECT, 0})
        cases.push_back({fmt::format("signals/handled-{}", flags == 0 ? "buffered" : "direct"),
                         fmt::format("A signal with a handler does not disturb a {} read that waits for the daemon: it returns its data.", flags == 0 ? "buffered" : "direct"),
                         "signal(7): reads of a disk file are not interrupted by handlers", [flags](World& w) { return handled_signal_is_harmless(w, flags); }});
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::signals_cases
