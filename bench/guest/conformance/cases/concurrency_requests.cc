// SPDX-License-Identifier: GPL-2.0-only
// concurrency/requests-*: requests come, are taken and go away while another CPU looks at them.
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <string>
#include <thread>
#include <unistd.h>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_once.h"
#include "bench/guest/conformance/scripted_file.h"

namespace diobench::concurrency_request_cases {

namespace {

constexpr milliseconds kEnough{10000};
constexpr uint64_t kStride = 128 << 10;  ///< single blocks so far apart are a READ each
constexpr uint64_t kEnd = 8 << 20;

/// One CPU shows little of it: it gets a fraction of the rounds.
unsigned rounds(unsigned of_two_cpus) { return ::sysconf(_SC_NPROCESSORS_ONLN) > 1 ? of_two_cpus : of_two_cpus / 8; }

/// Single cold blocks of the file from `first` on, a READ each; what is wrong.
std::string read_single_blocks(const OpenFile& file, uint64_t first) {
    for (uint64_t at = first; at < kEnd; at += kStride)
        if (auto wrong = read_once(file.subject, file.path(), {.offset = at, .length = kBlockBytes}); !wrong.empty()) return wrong;
    return {};
}

/// poll(2) in a loop by one thread while the daemon takes requests and completes them.
Result<Finding> polled(World& world) {
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    world.step("poll(2) of /dev/cachefiles in a loop while READs come and go");
    std::atomic<bool> stop = false;
    std::thread poller([&] {
        pollfd device{world.cache_device(), POLLIN, 0};
        while (!stop) {
            (void)::poll(&device, 1, 0);
            ::sched_yield();
        }
    });
    Complaints complaints;
    for (unsigned round = 0; round < rounds(8); ++round) {
        auto reader = world.start_reader([&] { return read_single_blocks(*file, round * kBlockBytes); });
        if (!reader) {
            complaints.add(reader.error().message());
            break;
        }
        auto end = reader->wait(kEnough);
        complaints.add(end ? end->text : "a reader does not end while another thread polls: " + reader->where());
    }
    stop = true;
    poller.join();
    return complaints.finding();
}

/// Readers are killed at any moment of their READ: before it is sent, while it is taken, copied out or answered.
Result<Finding> killed(World& world) {
    constexpr useconds_t kStep_us = 43, kMost_us = 2000;
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    world.step("kill readers at any moment of their READ");
    for (unsigned round = 0; round < rounds(120); ++round) {
        const uint64_t first = kBlockBytes * (1 + round % 8);
        auto reader = world.start_reader([&] { return read_single_blocks(*file, first); });
        if (!reader) return forward(reader);
        ::usleep(round * kStep_us % kMost_us);
        reader->kill(SIGKILL);
        if (!reader->wait(kEnough)) return failed("a reader that was killed does not end: " + reader->where());
    }
    auto reader = world.start_reader([&] { return read_single_blocks(*file, kBlockBytes); });
    if (!reader) return forward(reader);
    auto end = reader->wait(kEnough);
    if (!end) return failed("after readers were killed another one does not end: " + reader->where());
    return end->text.empty() ? passed() : failed("after readers were killed: " + end->text);
}

/// An image is unmounted the moment after the kernel began to open its blob again.
Result<Finding> reopened(World& world) {
    constexpr unsigned kMounts = 12;  // a volume is 257 directories: the cache has room for 15
    auto script = DaemonScript::begin(world);
    if (!script) return forward(script);
    for (unsigned round = 0; round < rounds(kMounts); ++round) {
        auto file = mount_file(world, *script, "large", "large");
        if (!file) return failed("mount and read after others that were unmounted while their blob was opened again: " + file.error().message());
        script->forget(file->object_id);
        auto reader = file->start_read(world, {.offset = 1 << 20, .length = kBlockBytes});
        if (!reader) return forward(reader);
        if (!script->readable(kEnough)) return failed("a read of a blob whose descriptor was closed sends nothing to the daemon: " + reader->where());
        // The kernel finds that the blob has to be opened again, and has a worker do it.
        if (auto taken = script->take(milliseconds(0)); !taken) return forward(taken);
        world.step("unmount an image whose blob is being opened again");
        reader->kill(SIGKILL);
        if (!reader->wait(kEnough)) return failed("a reader that was killed while its blob was opened again does not end: " + reader->where());
        if (auto s = file->mount.unmount(); !s) return failed("unmount of an image whose blob was opened again: " + s.error().message());
    }
    return passed();
}

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"concurrency/requests-polled", "poll(2) of /dev/cachefiles harms no request that is taken or completed meanwhile.",
     "fs/cachefiles/daemon.c, cachefiles_daemon_poll(): requests are looked at under the lock of their list", polled},
    {"concurrency/requests-killed", "A reader that is killed at any moment of its READ harms neither the daemon that takes it nor another reader.",
     "fs/cachefiles/ondemand.c, cachefiles_ondemand_daemon_read(): a request that is copied out is held by a reference", killed},
    {"concurrency/requests-reopened", "An image can be unmounted while the kernel opens its blob again; the next one can be mounted.",
     "fs/cachefiles/ondemand.c, cachefiles_ondemand_clean_object(): the worker ends before its object", reopened},
}; }};

}  // namespace

}  // namespace diobench::concurrency_request_cases
