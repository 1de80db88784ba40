// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/evidence.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>

#include "bench/base/text.h"

namespace diobench {

namespace {

/// Page cache of the file that the reader reads: of the mount, or of the backing file for raw.
std::optional<uint64_t> file_cache(const Cell& cell, const Snapshot& snapshot) {
    return cell.backend == Backend::raw ? snapshot.backing_file_bytes : snapshot.erofs_file_bytes;
}

/// The mode by evidence.  Direct: no page of the file was cached before nor
/// after (the pages are the proof; without them nothing could have been served
/// from memory), and the backing file was read.  Buffered: at the end the page
/// cache holds at least what was read.  All else is mixed.
std::string observe(const Cell& cell, const CellEvidence& e) {
    uint64_t before = file_cache(cell, e.before).value_or(0);
    uint64_t after = file_cache(cell, e.after).value_or(0);
    bool reached_backing = cell.backend == Backend::raw || e.after.backing_reads > e.before.backing_reads;
    if (after >= e.measured.unique_bytes && after > 0) {
        // All of it was there before, and yet the backing file was read: direct beside a warm page cache.
        if (before == after && reached_backing && cell.backend != Backend::raw) return "direct";
        return "buffered";
    }
    if (after <= before && reached_backing && after == 0) return "direct";
    return "mixed";
}

std::string wrong_cache_state(const Cell& cell, const CellEvidence& e) {
    uint64_t fetched = e.after.ondemand_reads - e.before.ondemand_reads;
    uint64_t warm = file_cache(cell, e.before).value_or(0);
    switch (cell.cache_state) {
    case CacheState::remote:
        if (fetched == 0) return "declared remote, but the daemon fetched nothing";
        break;
    case CacheState::local:
        if (fetched != 0) return fmt::format("declared local, but the daemon fetched {} times", fetched);
        if (warm != 0) return fmt::format("declared local, but {} of the file were in the page cache before", human_bytes(static_cast<double>(warm)));
        break;
    case CacheState::resident:
        if (fetched != 0) return fmt::format("declared resident, but the daemon fetched {} times", fetched);
        if (warm < e.measured.unique_bytes) return "declared resident, but not all of it was in the page cache before";
        break;
    }
    return {};
}

}  // namespace

Verdict judge_cell(const Cell& cell, const CellEvidence& e) {
    const CellMeasurement& m = e.measured;
    if (m.open_errno == EINVAL && cell.io == IoMode::direct)
        return {"refused", "unsupported", "open with O_DIRECT is refused: Invalid argument"};
    if (m.open_errno != 0) return {std::nullopt, "failed", fmt::format("open: {}", std::strerror(m.open_errno))};
    if (m.stats.errors != 0)
        return {std::nullopt, "invalid",
                fmt::format("{} of {} reads {}", m.stats.errors, m.stats.ops,
                            m.stats.first_errno != 0 ? fmt::format("failed, the first with: {}", std::strerror(m.stats.first_errno))
                                                     : std::string("came back short"))};
    if (m.mismatch_offset_bytes)
        return {std::nullopt, "invalid", fmt::format("wrong bytes at offset {} of the file", *m.mismatch_offset_bytes)};
    if (cell.backend == Backend::null) return {std::nullopt, "ok", ""};
    if (m.checked_reads == 0) return {std::nullopt, "invalid", "no read was left to check the bytes of"};
    if (e.after.daemon_errors != e.before.daemon_errors)
        return {std::nullopt, "invalid", "the on-demand daemon reported an error (see the console)"};
    std::string observed = observe(cell, e);
    if (observed == "mixed")
        return {observed, "invalid", fmt::format("mode not proved: the file's page cache went from {} to {} bytes while {} were read",
                                                 file_cache(cell, e.before).value_or(0), file_cache(cell, e.after).value_or(0), m.unique_bytes)};
    if (cell.io == IoMode::buffered && observed != "buffered") return {observed, "invalid", "declared buffered, but the page cache does not hold what was read"};
    if (std::string wrong = wrong_cache_state(cell, e); !wrong.empty()) return {observed, "invalid", wrong};
    return {observed, "ok", ""};
}

nlohmann::json cell_metrics(const Cell& cell, const CellEvidence& e) {
    using json = nlohmann::json;
    const ReadStats& s = e.measured.stats;
    const auto ops = static_cast<double>(s.ops);
    const double seconds = static_cast<double>(s.elapsed_ns) / 1e9;
    auto per_op = [&](uint64_t ns) { return static_cast<double>(ns) / ops; };

    const uint64_t busy = (e.after.time_ns - e.before.time_ns) * e.after.cpus - (e.after.idle_ns - e.before.idle_ns);
    const uint64_t reader_all = e.after.reader_cpu_ns - e.before.reader_cpu_ns;
    const uint64_t daemon = e.after.daemon_cpu_ns - e.before.daemon_cpu_ns;
    const uint64_t init = e.after.init_cpu_ns - e.before.init_cpu_ns;
    const uint64_t attributed = reader_all + daemon + init;
    const uint64_t kernel = busy > attributed ? busy - attributed : 0;

    // Nothing left the page cache meanwhile: then it only grew, and the most it held is what it holds now.
    const bool only_grew = e.after.reclaimed_pages == e.before.reclaimed_pages;
    auto layer = [&](std::optional<uint64_t> before, std::optional<uint64_t> after) {
        auto value = [](std::optional<uint64_t> v) { return v ? json(*v) : json(); };
        json peak = before && after && only_grew ? json(std::max(*before, *after)) : json();
        return json{{"before", value(before)}, {"after", value(after)}, {"peak", peak}};
    };
    auto metadata = [&](const Snapshot& at) -> std::optional<uint64_t> {
        if (cell.backend == Backend::null || !at.backing_file_bytes) return std::nullopt;
        uint64_t known = e.base_line_bytes + at.erofs_file_bytes.value_or(0) + *at.backing_file_bytes + at.block_device_bytes;
        if (at.guest_total_bytes < known) return std::nullopt;
        return at.guest_total_bytes - known;
    };
    const bool fetches = cell.backend == Backend::fscache && cell.cache_state == CacheState::remote;
    const uint64_t fetched_bytes = e.after.ondemand_bytes - e.before.ondemand_bytes;
    return {
        {"ops", s.ops},
        {"bytes", s.bytes},
        {"seconds", seconds},
        {"throughput_bytes_per_s", static_cast<double>(s.bytes) / seconds},
        {"ops_per_s", ops / seconds},
        {"latency_ns", {{"min", s.latency.min_ns()}, {"mean", s.latency.mean_ns()}, {"p50", s.latency.quantile_ns(0.5)},
                        {"p90", s.latency.quantile_ns(0.9)}, {"p99", s.latency.quantile_ns(0.99)},
                        {"p99_9", s.latency.quantile_ns(0.999)}, {"max", s.latency.max_ns()}}},
        {"cpu_ns_per_op", {{"reader", per_op(e.measured.cpu_ns)}, {"daemon", per_op(daemon)}, {"kernel", per_op(kernel)},
                           {"total", per_op(e.measured.cpu_ns + daemon + kernel)}}},
        {"page_cache_bytes", {{"erofs_file", layer(e.before.erofs_file_bytes, e.after.erofs_file_bytes)},
                              {"blob_metadata", layer(metadata(e.before), metadata(e.after))},
                              {"backing_file", layer(e.before.backing_file_bytes, e.after.backing_file_bytes)},
                              {"daemon_source", layer(e.before.daemon_source_bytes, e.after.daemon_source_bytes)},
                              {"guest_total", layer(e.before.guest_total_bytes, e.after.guest_total_bytes)}}},
        {"ondemand", {{"opens", e.after.ondemand_opens - e.before.ondemand_opens},
                      {"reads", e.after.ondemand_reads - e.before.ondemand_reads},
                      {"bytes", fetched_bytes}}},
        {"backing", {{"reads", e.after.backing_reads - e.before.backing_reads}}},
        {"read_amplification", fetches ? json(static_cast<double>(fetched_bytes) / static_cast<double>(s.bytes)) : json()},
        {"context_switches", e.measured.context_switches},
        {"errors", s.errors},
    };
}

}  // namespace diobench
