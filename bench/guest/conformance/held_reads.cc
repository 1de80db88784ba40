// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/held_reads.h"

#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <vector>

#include "bench/guest/conformance/async_batch.h"

namespace diobench {

namespace {

constexpr milliseconds kAllAsked{20'000};  ///< on a busy host
constexpr milliseconds kNoMore{3'000};     ///< nothing more reached the daemon for so long

std::string read_crowd(const OpenFile& file, uint64_t offset_bytes) {
    auto fd = file.open_again(O_DIRECT);
    if (!fd) return fd.error().message();
    auto buffer = ReadBuffer::create(kCrowd * kBlockBytes);
    if (!buffer) return buffer.error().message();
    buffer->poison(buffer->size());
    std::vector<AsyncBatch::Request> requests;
    for (size_t i = 0; i < kCrowd; ++i) requests.push_back({offset_bytes + 2 * i * kBlockBytes, {buffer->data() + i * kBlockBytes, kBlockBytes}});
    auto batch = AsyncBatch::create(AsyncInterface::aio, kCrowd);
    if (!batch) return batch.error().message();
    if (auto s = batch->submit(fd->get(), requests); !s) return s.error().message();
    auto done = batch->wait(kCrowd, milliseconds(120'000));
    if (!done) return done.error().message();
    for (const auto& one : *done)
        if (auto wrong = check_read(file.subject, {"libaio", "direct", requests[one.index].offset_bytes, one.result}, requests[one.index].buffer); !wrong.empty()) return wrong;
    return {};
}

}  // namespace

Result<Crowd> hold_crowd(World& world, const OpenFile& file, uint64_t offset_bytes) {
    world.faults().hold_reads = true;
    const uint64_t before = world.fetches();
    world.step(fmt::format("{} direct reads that the daemon does not answer", kCrowd));
    auto process = world.start_reader([&] { return read_crowd(file, offset_bytes); });
    if (!process) return forward(process);
    const auto end = std::chrono::steady_clock::now() + kAllAsked;
    uint64_t last = before;
    while (world.fetches() < before + kCrowd && std::chrono::steady_clock::now() < end) {
        if (!world.wait_for_fetches(last + 1, kNoMore) && world.fetches() == last && last > before) break;
        last = world.fetches();
    }
    return Crowd{std::move(*process), world.fetches() - before};
}

std::optional<Finding> unless_crowded(const Crowd& crowd) {
    if (crowd.reads >= kCrowd) return std::nullopt;
    return skipped(fmt::format("of {} reads that io_submit(2) was given this kernel sent {} to the daemon: it waits for each", kCrowd, crowd.reads));
}

}  // namespace diobench
