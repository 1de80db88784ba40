// SPDX-License-Identifier: GPL-2.0-only
#include "bench/engine/measure_cell.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "bench/base/fd.h"
#include "bench/base/text.h"
#include "bench/profile/marker.h"

namespace diobench {

namespace {

/// At least so many buffers, so that also a run at iodepth 1 leaves several reads to check.
constexpr unsigned kMinimumSlots = 8;
constexpr uint64_t kPieceBytes = 4096;

uint64_t process_cpu_ns() {
    timespec t{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

uint64_t context_switches() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<uint64_t>(usage.ru_nvcsw + usage.ru_nivcsw);
}

/// Compares pieces of every buffer with what its last read should have
/// brought: the first and the last kPieceBytes and some in between, another
/// place in each slot.  All bytes were compared once before, by verification.
void check_samples(const ReadPlan& plan, const ReadTarget& target, CellMeasurement& out) {
    for (unsigned slot = 0; slot < plan.slots; ++slot) {
        uint64_t offset = out.stats.last_offset[slot];
        if (offset == ReadStats::kNothing) continue;
        ++out.checked_reads;
        const uint64_t size = plan.block_size_bytes;
        const uint64_t piece = std::min(size, kPieceBytes);
        const uint64_t middle = (slot * 37 + 11) % 64 * (size - piece) / 64;
        for (uint64_t at : {uint64_t{0}, middle, size - piece}) {
            auto wrong = target.content->first_mismatch(offset - target.base_offset_bytes + at,
                                                        std::span(plan.buffers + slot * size + at, piece));
            if (wrong && !out.mismatch_offset_bytes) out.mismatch_offset_bytes = wrong;
            if (piece == size) break;
        }
    }
}

}  // namespace

nlohmann::json CellMeasurement::to_json() const {
    return {{"open_errno", open_errno},
            {"ops", stats.ops},
            {"bytes", stats.bytes},
            {"errors", stats.errors},
            {"first_errno", stats.first_errno},
            {"elapsed_ns", stats.elapsed_ns},
            {"histogram", stats.latency.to_json()},
            {"cpu_ns", cpu_ns},
            {"context_switches", context_switches},
            {"unique_bytes", unique_bytes},
            {"checked_reads", checked_reads},
            {"mismatch_offset_bytes", mismatch_offset_bytes ? nlohmann::json(*mismatch_offset_bytes) : nlohmann::json()}};
}

Result<CellMeasurement> CellMeasurement::from_json(const nlohmann::json& json) {
    try {
        CellMeasurement out;
        out.open_errno = json.at("open_errno");
        out.stats.ops = json.at("ops");
        out.stats.bytes = json.at("bytes");
        out.stats.errors = json.at("errors");
        out.stats.first_errno = json.at("first_errno");
        out.stats.elapsed_ns = json.at("elapsed_ns");
        auto histogram = Histogram::from_json(json.at("histogram"));
        if (!histogram) return forward(histogram);
        out.stats.latency = *histogram;
        out.cpu_ns = json.at("cpu_ns");
        out.context_switches = json.at("context_switches");
        out.unique_bytes = json.at("unique_bytes");
        out.checked_reads = json.at("checked_reads");
        if (!json.at("mismatch_offset_bytes").is_null()) out.mismatch_offset_bytes = json.at("mismatch_offset_bytes").get<uint64_t>();
        return out;
    } catch (const nlohmann::json::exception& e) {
        return fail("read the reader's answer", "", e.what(), ExitCode::invalid);
    }
}

Result<CellMeasurement> measure_cell(const Cell& cell, const ReadTarget& target, uint64_t seed, const MeasureHooks& hooks) {
    auto info = find_engine(cell.engine);
    if (!info) return forward(info);
    if (cell.iodepth == 0 || cell.iodepth > (*info)->max_iodepth)
        return fail("engine " + cell.engine, "", "iodepth must be 1 to " + std::to_string((*info)->max_iodepth) + ", is " + std::to_string(cell.iodepth));
    CellMeasurement out;
    UniqueFd fd;
    uint64_t size_bytes = target.size_bytes;
    if ((*info)->reads_file) {
        auto opened = UniqueFd::open(target.path, O_RDONLY | (cell.io == IoMode::direct ? O_DIRECT : 0));
        if (!opened) {
            out.open_errno = opened.error().errno_value;
            return out;
        }
        fd = std::move(*opened);
        struct stat st {};
        if (::fstat(fd.get(), &st) < 0) return fail_errno("stat", target.path);
        if (size_bytes == 0) size_bytes = static_cast<uint64_t>(st.st_size) - target.base_offset_bytes;
    } else {
        size_bytes = cell.ops * cell.block_size_bytes;
    }
    if (size_bytes < cell.block_size_bytes)
        return fail("read", target.path, "the file is smaller than one block of the cell");
    auto offsets = make_offsets(cell.pattern, cell.block_size_bytes, cell.ops, size_bytes, seed);
    for (auto& offset : offsets) offset += target.base_offset_bytes;
    out.unique_bytes = std::min<uint64_t>(cell.ops, size_bytes / cell.block_size_bytes) * cell.block_size_bytes;

    ReadPlan plan;
    plan.fd = fd.get();
    plan.block_size_bytes = static_cast<uint32_t>(cell.block_size_bytes);
    plan.iodepth = cell.iodepth;
    plan.slots = std::max(cell.iodepth, kMinimumSlots);
    plan.offsets = offsets;
    auto buffers = AlignedBuffer::create(size_t{plan.slots} * cell.block_size_bytes);
    if (!buffers) return forward(buffers);
    plan.buffers = buffers->data();
    auto engine = (*info)->create();
    if (auto s = engine->prepare(plan); !s) return forward(s);

    const uint32_t tag = crc32c(cell.id());

    if (auto s = hooks.before(); !s) return forward(s);
    const uint64_t switches = context_switches();
    const uint64_t cpu = process_cpu_ns();
    begin_marked_region(tag);
    Status ran = engine->run(plan, out.stats);
    end_marked_region();
    out.cpu_ns = process_cpu_ns() - cpu;
    out.context_switches = context_switches() - switches;
    if (!ran) return forward(ran);
    if (auto s = hooks.after(); !s) return forward(s);
    if (target.content) check_samples(plan, target, out);
    return out;
}

}  // namespace diobench
