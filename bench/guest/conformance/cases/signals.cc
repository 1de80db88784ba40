// SPDX-License-Identifier: GPL-2.0-only
// signals/: a reader whose daemon is silent can be ended, and one that was not
// ended gets its data.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "bench/guest/conformance/async_batch.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_once.h"

namespace diobench::signals_cases {

namespace {

constexpr milliseconds kDeath{4000};
constexpr uint64_t kCold = 4 << 20;
constexpr unsigned kOutstanding = 8;

using Body = std::string (*)(const OpenFile&);

std::string read_waiting(const OpenFile& file, int flags) {
    return read_once(file.subject, file.path(), {.offset = kCold, .length = kBlockBytes, .flags = flags, .advice = POSIX_FADV_NORMAL});
}

std::string map_waiting(const OpenFile& file) {
    auto fd = file.open_again(0);
    if (!fd) return fd.error().message();
    auto mapped = MappedFile::map(fd->get(), file.subject.size(), MADV_RANDOM);
    if (!mapped) return mapped.error().message();
    std::vector<std::byte> copy(kBlockBytes);
    if (mapped->read(kCold, copy) < 0) return "SIGBUS";
    return wrong_bytes(file.subject, kCold, copy);
}

std::string batch_waiting(const OpenFile& file, AsyncInterface interface) {
    auto fd = file.open_again(O_DIRECT);
    if (!fd) return fd.error().message();
    auto buffer = ReadBuffer::create(kOutstanding * kBlockBytes);
    if (!buffer) return buffer.error().message();
    auto batch = AsyncBatch::create(interface, kOutstanding);
    if (!batch) return batch.error().message();
    std::vector<AsyncBatch::Request> requests;
    for (size_t i = 0; i < kOutstanding; ++i) requests.push_back({kCold + 2 * i * kBlockBytes, {buffer->data() + i * kBlockBytes, kBlockBytes}});
    if (auto s = batch->submit(fd->get(), requests); !s) return s.error().message();
    auto done = batch->wait(kOutstanding, milliseconds(60'000));
    return done ? std::string() : done.error().message();
}

struct How {
    const char* name;
    const char* what;
    bool direct;
    Body body;
};

constexpr How kHows[] = {
    {"direct-pread", "a direct pread", true, [](const OpenFile& f) { return read_waiting(f, O_DIRECT); }},
    {"buffered-pread", "a buffered pread", false, [](const OpenFile& f) { return read_waiting(f, 0); }},
    {"mmap", "a page fault of a mapping", false, map_waiting},
    {"libaio", "a process with libaio direct reads outstanding", true, [](const OpenFile& f) { return batch_waiting(f, AsyncInterface::aio); }},
    {"io-uring", "a process with io_uring direct reads outstanding", true, [](const OpenFile& f) { return batch_waiting(f, AsyncInterface::uring); }},
};

/// After a reader was ended, what it waited for can be read.
std::string still_readable(World& world, const OpenFile& file, int flags) {
    auto again = world.start_reader([&file, flags] { return read_waiting(file, flags); });
    if (!again) return again.error().message();
    const auto end = again->wait(kEnough);
    if (!end) return "a later read of the same range does not return: " + again->where();
    return end->text.empty() ? end->text : "a later read of the same range: " + end->text;
}

/// A reader whose READ is held dies of the signal: at once, but for what a busy host takes.
Result<Finding> dies_of(World& world, const How& how, int signal) {
    if (how.direct)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    auto reader = world.start_reader([&] { return how.body(*file); });
    if (!reader) return forward(reader);
    if (!world.wait_for_fetches(before + 1, kEnough)) return failed(fmt::format("{} never reached the daemon: {}", how.what, reader->where()));
    world.step(fmt::format("send signal {} to {} that waits for the daemon", signal, how.what));
    reader->kill(signal);
    const auto end = reader->wait(kDeath);
    Complaints complaints;
    if (!end)
        complaints.add(fmt::format("{} that waits for a silent daemon did not die within {} ms of {}: {}; right is that it dies at once", how.what,
                                   kDeath.count(), ::sigabbrev_np(signal), reader->where()));
    else if (end->exit_status != 128 + signal)
        complaints.add(fmt::format("{} ended with status {} ({}) before the signal", how.what, end->exit_status, end->text));
    world.faults().release();
    if (!end && !reader->wait(kEnough)) complaints.add("not even after the daemon answered");
    complaints.add(still_readable(world, *file, how.direct ? O_DIRECT : 0));
    return complaints.finding();
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

const char* const kSource = "signal(7); fs/cachefiles/ondemand.c, cachefiles_ondemand_send_req(): the wait is killable; fs/aio.c, exit_aio()";

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
    for (int flags : {O_DIRECT, 0})
        cases.push_back({fmt::format("signals/handled-{}", flags == 0 ? "buffered" : "direct"),
                         fmt::format("A signal with a handler does not disturb a {} read that waits for the daemon: it returns its data.", flags == 0 ? "buffered" : "direct"),
                         "signal(7): reads of a disk file are not interrupted by handlers", [flags](World& w) { return handled_signal_is_harmless(w, flags); }});
    return cases;
}

const CaseRegistrar registrar{all()};

}  // namespace

}  // namespace diobench::signals_cases
