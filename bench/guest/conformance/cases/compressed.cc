// SPDX-License-Identifier: GPL-2.0-only
// compressed/: what holds for data of uncompressed images holds for compressed
// ones: parts of it here and parts not, a daemon that fails, a reader that is
// killed, a device that fails, each way to keep compressed data.
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/read_once.h"

namespace diobench::compressed_cases {

namespace {

constexpr const char* kImage = "compressed";
constexpr const char* kFile = "several";
constexpr uint64_t kNothing = 0;
constexpr uint64_t kSome = UINT64_MAX;  ///< how much is not known

/// A buffered read by a process of its own: what is wrong with it, also that it never returns.
std::string read_apart(World& world, const OpenFile& file, uint64_t offset, size_t length, std::optional<uint64_t> delivered_bytes = {},
                       int advice = POSIX_FADV_RANDOM) {
    auto reader = world.start_reader([&] { return read_once(file.subject, file.path(), {offset, length, 0, advice, delivered_bytes}); });
    if (!reader) return reader.error().message();
    world.step(fmt::format("a buffered read of {} bytes at {} of {}", length, offset, file.subject.name()));
    auto end = reader->wait(kEnough);
    if (!end) return fmt::format("a buffered read of {} bytes at {} of {} does not return: {}", length, offset, file.subject.name(), reader->where());
    return end->text;
}

std::string read_whole(World& world, const OpenFile& file, std::optional<uint64_t> delivered_bytes = {}) {
    return read_apart(world, file, 0, file.subject.size(), delivered_bytes, POSIX_FADV_SEQUENTIAL);
}

/// Some compressed blocks are in the cache, their neighbours are not, and one read wants all.
Result<Finding> partly_here(World& world) {
    Complaints complaints;
    for (const uint64_t stride : {uint64_t{64} << 10, uint64_t{160} << 10}) {
        auto file = open_file(world, kImage, kFile, 0);
        if (!file) return forward(file);
        for (uint64_t at = stride / 2; at < file->subject.size(); at += stride) complaints.add(read_apart(world, *file, at, kBlockBytes));
        if (auto s = world.drop_caches(); !s) return forward(s);
        complaints.add(read_whole(world, *file));
        if (complaints.enough()) break;
    }
    return complaints.finding();
}

/// While the daemon misbehaves nothing that it did not deliver is data; afterwards all is.
Result<Finding> daemon_fails(World& world, void (*misbehave)(DaemonFaults&), uint64_t delivered_bytes) {
    auto file = open_file(world, kImage, kFile, 0);
    if (!file) return forward(file);
    misbehave(world.faults());
    Complaints complaints;
    for (const uint64_t at : {0, 256 << 10}) complaints.add(read_apart(world, *file, at, kBlockBytes, delivered_bytes));
    complaints.add(read_whole(world, *file, kSome));
    world.faults().clear();
    auto wrong = read_whole(world, *file);
    complaints.add(wrong.empty() ? wrong : "after the daemon recovered: " + wrong);
    return complaints.finding();
}

/// A reader that waits for the daemon, in a process of its own.
Result<ReaderProcess> start_waiting(World& world, const OpenFile& file) {
    const uint64_t before = world.fetches();
    world.faults().hold_reads = true;
    auto reader = world.start_reader([&file] { return read_once(file.subject, file.path(), {.length = 128 << 10, .advice = POSIX_FADV_SEQUENTIAL}); });
    if (!reader) return reader;
    if (!world.wait_for_fetches(before + 1, kEnough)) return fail("wait for a READ of", file.subject.name(), "the read never reached the daemon: " + reader->where());
    return reader;
}

Result<Finding> reader_killed(World& world) {
    auto file = open_file(world, kImage, kFile, 0);
    if (!file) return forward(file);
    auto reader = start_waiting(world, *file);
    if (!reader) return forward(reader);
    world.step("SIGKILL to a reader of compressed data that waits for the daemon");
    reader->kill(SIGKILL);
    if (!reader->wait(kEnough)) return failed("a killed reader of compressed data does not end while the daemon is silent: " + reader->where());
    world.faults().release();
    auto wrong = read_whole(world, *file);
    return wrong.empty() ? passed() : failed("after another reader was killed: " + wrong);
}

Result<Finding> daemon_replaced(World& world) {
    auto file = open_file(world, kImage, kFile, 0);
    if (!file) return forward(file);
    auto reader = start_waiting(world, *file);
    if (!reader) return forward(reader);
    if (auto s = world.kill_daemon(); !s) return forward(s);
    world.faults().release();
    if (auto s = world.restore_daemon(); !s) return forward(s);
    world.step("a read of compressed data whose daemon was killed, after another one asked for its requests (restore)");
    auto end = reader->wait(kEnough);
    if (!end) return failed("the read does not return after another daemon took over (restore): " + reader->where());
    return end->text.empty() ? passed() : failed("after another daemon took over: " + end->text);
}

/// Everything is in the cache and the device below it fails.
Result<Finding> device_fails(World& world) {
    if (auto s = world.make_cache({.breakable = true}); !s) return forward(s);
    auto file = open_file(world, kImage, kFile, 0);
    if (!file) return forward(file);
    Complaints complaints;
    complaints.add(read_whole(world, *file));
    if (auto s = world.drop_caches(); !s) return forward(s);
    if (auto s = world.break_device_for_reads(); !s) return forward(s);
    complaints.add(read_apart(world, *file, 0, kBlockBytes, kNothing));
    complaints.add(read_whole(world, *file, kNothing));
    if (auto s = world.repair_device(); !s) return forward(s);
    auto wrong = read_whole(world, *file);
    complaints.add(wrong.empty() ? wrong : "after the device was repaired: " + wrong);
    return complaints.finding();
}

/// Two processes want the same compressed blocks at the same time, from different ends.
Result<Finding> two_readers(World& world) {
    auto file = open_file(world, kImage, kFile, 0);
    if (!file) return forward(file);
    world.faults().read_delay_ns = 2'000'000;
    std::vector<ReaderProcess> readers;
    for (const bool forward_order : {true, false}) {
        auto reader = world.start_reader([&, forward_order]() -> std::string {
            constexpr size_t kStep = 32 << 10;
            const uint64_t steps = file->subject.size() / kStep;
            for (uint64_t i = 0; i <= steps; ++i)
                if (auto wrong = read_once(file->subject, file->path(), {.offset = (forward_order ? i : steps - i) * kStep, .length = kStep, .advice = POSIX_FADV_NORMAL}); !wrong.empty())
                    return wrong;
            return {};
        });
        if (!reader) return forward(reader);
        readers.push_back(std::move(*reader));
    }
    Complaints complaints;
    for (auto& reader : readers) {
        auto end = reader.wait(milliseconds(15000));
        complaints.add(end ? end->text : "one of two readers of a compressed file does not end: " + reader.where());
    }
    return complaints.finding();
}

/// Every file, cold and then from the cache, by a way of keeping compressed data.
Result<Finding> by_strategy(World& world, const std::string& strategy) {
    auto image = find_test_image(kImage);
    if (!image) return forward(image);
    Complaints complaints;
    for (const auto& one : (*image)->files) {
        MountOptions options;
        options.cache_strategy = strategy;
        auto file = open_file(world, kImage, one.name, 0, options);
        if (!file) return forward(file);
        for (uint64_t at = 40 << 10; at < file->subject.size(); at += 96 << 10) complaints.add(read_apart(world, *file, at, kBlockBytes));
        if (auto s = world.drop_caches(); !s) return forward(s);
        complaints.add(read_whole(world, *file));
        if (auto s = world.drop_caches(); !s) return forward(s);
        complaints.add(read_whole(world, *file));
    }
    return complaints.finding();
}

const char* const kOnce = "fs/erofs/zdata.c, z_erofs_submit_queue(): a bio is counted once and completes once, whatever number of parts "
                          "erofs_fscache_submit_bio() made of it";
const char* const kAlive = "fs/erofs/fscache.c, erofs_fscache_submit_bio(): a bio that failed is completed, and freed after that";
const char* const kProtocol = "Documentation/filesystems/caching/cachefiles.rst, \"On-demand Read\"";

std::vector<Case> all() {
    std::vector<Case> cases = {
        {"compressed/partly-here", "A read of compressed data of which some blocks are in the cache and others are not returns, with the right bytes.", kOnce, partly_here},
        {"compressed/two-readers", "Two readers of the same compressed blocks, which the daemon has yet to deliver, both get the right bytes.", kOnce, two_readers},
        {"compressed/daemon-fills-nothing", "A read of compressed data whose daemon answers without writing anything gives EIO; once the daemon works the data is right.", kAlive,
         [](World& w) { return daemon_fails(w, [](DaemonFaults& f) { f.fill_nothing = true; }, kNothing); }},
        {"compressed/daemon-write-fails", "A read of compressed data whose daemon failed to write gives EIO; once the daemon works the data is right.", kAlive,
         [](World& w) { return daemon_fails(w, [](DaemonFaults& f) { f.fail_writes = true; }, kNothing); }},
        {"compressed/daemon-fills-prefixes", "A read of compressed data whose daemon delivers a block at a time has the right bytes, or is short, or EIO.", kOnce,
         [](World& w) { return daemon_fails(w, [](DaemonFaults& f) { f.fill_at_most_bytes = kBlockBytes; }, kSome); }},
        {"compressed/reader-killed", "SIGKILL ends a reader of compressed data that waits for the daemon; the data can be read afterwards.", kAlive, reader_killed},
        {"compressed/daemon-dies-and-is-replaced", "A read of compressed data whose daemon is killed gets its data when another daemon asks for the open requests (restore).",
         kProtocol, daemon_replaced},
        {"compressed/device-fails", "A read of compressed data from a cache whose device fails gives EIO; once the device works the data is right.", kAlive, device_fails},
    };
    for (const char* strategy : {"disabled", "readahead", "readaround"})
        cases.push_back({fmt::format("compressed/strategy-{}", strategy),
                         fmt::format("With cache_strategy={} every compressed file has its bytes: cold, in parts, and from the cache.", strategy),
                         "Documentation/filesystems/erofs.rst, cache_strategy", [strategy](World& w) { return by_strategy(w, strategy); }});
    for (auto& one : cases) one = about("fscache-compressed", std::move(one));
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::compressed_cases
