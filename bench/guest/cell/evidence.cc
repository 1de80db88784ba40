// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/evidence.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/plan/requests.h"
#include "bench/guest/cell/ondemand_split.h"

namespace diobench {

namespace {

using json = nlohmann::json;

/// Page cache of the file that the reader reads: of the mount, or of the backing file (or device) for raw (device).
std::optional<uint64_t> file_cache(const Cell& cell, const Snapshot& snapshot) {
    return is_one_file(cell.backend) ? snapshot.backing_file_bytes : snapshot.erofs_file_bytes;
}

/// Whether reads went below the file's page cache.
bool reached_backing(const Cell& cell, const CellEvidence& e) {
    if (is_one_file(cell.backend)) return true;
    if (cell.backend == kFscache) return e.after.backing_reads > e.before.backing_reads;
    // The layer below may serve from a page cache of its own (loop, file): then nothing reaches the device, but that cache is there.
    return e.after.device_read_bytes > e.before.device_read_bytes || e.after.backing_file_bytes.value_or(0) > 0;
}

/// Whether reads passed by a page cache that held all they asked for.
bool passed_by(const Cell& cell, const CellEvidence& e) {
    if (cell.backend == kFscache) return e.after.backing_reads > e.before.backing_reads;
    return !is_one_file(cell.backend) && e.after.device_read_bytes > e.before.device_read_bytes;
}

/// The mode by evidence.  Direct: no page of the file was cached before nor
/// after (the pages are the proof; without them nothing could have been served
/// from memory), and what is below was read.  Buffered: at the end the page
/// cache holds at least what was read, or has dropped it since.  All else is mixed.
std::string observe(const Cell& cell, const CellEvidence& e) {
    const uint64_t before = file_cache(cell, e.before).value_or(0);
    const uint64_t after = file_cache(cell, e.after).value_or(0);
    const uint64_t evicted = e.after.erofs_file_evicted_bytes - std::min(e.after.erofs_file_evicted_bytes, e.before.erofs_file_evicted_bytes);
    const bool below = reached_backing(cell, e);
    if (after + evicted >= e.measured.unique_bytes && after + evicted > 0) {
        // All of it was there before, and yet what is below was read: direct beside a warm page cache.
        if (cell.cache_state == CacheState::resident && before == after && evicted == 0 && passed_by(cell, e)) return "direct";
        return "buffered";
    }
    // Memory was short: what it does not hold any more was dropped and is not told file by file.
    if (e.after.reclaimed_pages > e.before.reclaimed_pages && after > 0) return "buffered";
    if (after <= before && below && after == 0 && evicted == 0) return "direct";
    return "mixed";
}

std::string wrong_cache_state(const Cell& cell, const CellEvidence& e) {
    const uint64_t fetched = e.after.ondemand_reads - e.before.ondemand_reads;
    const uint64_t warm = file_cache(cell, e.before).value_or(0);
    switch (cell.cache_state) {
    case CacheState::remote:
        if (fetched == 0 && !e.shared_domain) return "declared remote, but the daemon fetched nothing";
        break;
    case CacheState::local:
        if (fetched != 0) return fmt::format("declared local, but the daemon fetched {} times", fetched);
        if (warm != 0 && !e.measured.ramped) return fmt::format("declared local, but {} of the file were in the page cache before", human_bytes(static_cast<double>(warm)));
        break;
    case CacheState::resident:
        if (fetched != 0) return fmt::format("declared resident, but the daemon fetched {} times", fetched);
        if (warm < e.measured.unique_bytes) return "declared resident, but not all of it was in the page cache before";
        break;
    }
    return {};
}

/// How much later than due the last read was submitted, as a share of the time they were offered in.
double lag(const CellMeasurement& m) {
    if (m.offered_ns == 0 || m.stats.last_submit_ns <= m.offered_ns) return 0;
    return static_cast<double>(m.stats.last_submit_ns - m.offered_ns) / static_cast<double>(m.offered_ns);
}

/// Jain's index over the jobs' rates: 1 if all are equal, 1/n if one has all.
json fairness(const CellMeasurement& m) {
    if (m.job_ops.size() < 2) return {};
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < m.job_ops.size(); ++i) {
        const double rate = static_cast<double>(m.job_ops[i]) / static_cast<double>(std::max<uint64_t>(1, m.job_elapsed_ns[i]));
        sum += rate;
        squares += rate * rate;
    }
    return sum * sum / (static_cast<double>(m.job_ops.size()) * squares);
}

json summary(const Histogram& h) {
    if (h.count() == 0) return {{"mean", nullptr}, {"p50", nullptr}, {"p99", nullptr}, {"max", nullptr}};
    return {{"mean", h.mean_ns()}, {"p50", h.quantile_ns(0.5)}, {"p99", h.quantile_ns(0.99)}, {"max", h.max_ns()}};
}

std::optional<OnDemandSplit> on_demand(const Cell& cell, const CellEvidence& e) {
    if (cell.cache_state != CacheState::remote || cell.backend != kFscache || cell.numjobs != 1 || cell.pattern == Pattern::trace) return std::nullopt;
    if (e.fetches.size() != e.after.ondemand_reads - e.before.ondemand_reads) return std::nullopt;
    // The same requests that the reader made; offsets inside the one file.
    const auto requests = make_requests(cell, std::array{e.measured.whole_bytes}, 0, e.seed);
    // A buffered read may wait for the fetch of what is read ahead: then any fetch counts, which needs iodepth 1.
    const auto place = cell.io == IoMode::direct && cell.iodepth > 1 ? e.data_offset_bytes : std::nullopt;
    return split_on_demand(requests, e.measured.stats.spans, e.fetches, place, cell.iodepth);
}

/// Integral of a layer over time, above `base`, byte-seconds.
double area(const std::vector<CurveSample>& curve, uint64_t CurveSample::*layer, uint64_t base) {
    double sum = 0;
    for (size_t i = 1; i < curve.size(); ++i) {
        const auto height = static_cast<double>(curve[i - 1].*layer) - static_cast<double>(base);
        sum += std::max(0.0, height) * static_cast<double>(curve[i].time_ns - curve[i - 1].time_ns) / 1e9;
    }
    return sum;
}

json areas(const CellEvidence& e) {
    if (e.curve.size() < 2) return {{"erofs_file", nullptr}, {"backing_file", nullptr}, {"guest_total", nullptr}};
    return {{"erofs_file", area(e.curve, &CurveSample::erofs_file_bytes, 0)},
            {"backing_file", area(e.curve, &CurveSample::backing_file_bytes, 0)},
            {"guest_total", area(e.curve, &CurveSample::guest_total_bytes, e.curve.front().guest_total_bytes)}};
}

json neighbour_metrics(const std::optional<NeighbourEvidence>& n) {
    if (!n) return {{"hot_set_bytes", nullptr}, {"evicted_bytes", nullptr}, {"alone_ns", summary({})}, {"beside_ns", summary({})}, {"slowdown", nullptr}};
    const bool both = n->alone.count() > 0 && n->beside.count() > 0;
    return {{"hot_set_bytes", n->hot_set_bytes},
            {"evicted_bytes", n->reread_bytes + (n->cached_before_bytes > n->cached_after_bytes ? n->cached_before_bytes - n->cached_after_bytes : 0)},
            {"alone_ns", summary(n->alone)},
            {"beside_ns", summary(n->beside)},
            {"slowdown", both ? json(n->beside.mean_ns() / n->alone.mean_ns()) : json()}};
}

/// One layer of the page cache.  Its peak: from the curve if there is one;
/// else, if nothing left the page cache meanwhile, what it holds now.
json layer(std::optional<uint64_t> before, std::optional<uint64_t> after, bool only_grew, std::optional<uint64_t> seen) {
    auto value = [](std::optional<uint64_t> v) { return v ? json(*v) : json(); };
    json peak = before && after && only_grew ? json(std::max(*before, *after)) : json();
    if (before && after && seen) peak = std::max({*before, *after, *seen});
    return {{"before", value(before)}, {"after", value(after)}, {"peak", peak}};
}

std::optional<uint64_t> highest(const CellEvidence& e, uint64_t CurveSample::*layer) {
    if (e.curve.empty()) return std::nullopt;
    uint64_t most = 0;
    for (const auto& sample : e.curve) most = std::max(most, sample.*layer);
    return most;
}

json page_cache(const Cell& cell, const CellEvidence& e) {
    const bool only_grew = e.after.reclaimed_pages == e.before.reclaimed_pages;
    // Other back ends and a neighbour's file would be counted as metadata of blobs.
    const bool derivable = cell.backend == kFscache && !e.neighbour;
    auto metadata = [&](const Snapshot& at) -> std::optional<uint64_t> {
        if (!derivable || !at.backing_file_bytes) return std::nullopt;
        uint64_t known = e.base_line_bytes + at.erofs_file_bytes.value_or(0) + *at.backing_file_bytes + at.block_device_bytes;
        if (at.guest_total_bytes < known) return std::nullopt;
        return at.guest_total_bytes - known;
    };
    return {{"erofs_file", layer(e.before.erofs_file_bytes, e.after.erofs_file_bytes, only_grew, highest(e, &CurveSample::erofs_file_bytes))},
            {"blob_metadata", layer(metadata(e.before), metadata(e.after), only_grew, std::nullopt)},
            {"backing_file", layer(e.before.backing_file_bytes, e.after.backing_file_bytes, only_grew, highest(e, &CurveSample::backing_file_bytes))},
            {"daemon_source", layer(e.before.daemon_source_bytes, e.after.daemon_source_bytes, only_grew, std::nullopt)},
            {"guest_total", layer(e.before.guest_total_bytes, e.after.guest_total_bytes, only_grew, highest(e, &CurveSample::guest_total_bytes))}};
}

/// Busy time by whom, per read.
json cpu_time(const CellEvidence& e) {
    auto delta = [&](uint64_t Snapshot::*member) { return e.after.*member - e.before.*member; };
    const auto ops = static_cast<double>(e.measured.stats.ops);
    auto per_op = [&](uint64_t ns) { return static_cast<double>(ns) / ops; };
    const uint64_t daemon = delta(&Snapshot::daemon_cpu_ns);
    // fio is not a process that is looked at from outside; it says itself what it used.
    const uint64_t reader = std::max(delta(&Snapshot::reader_cpu_ns), e.measured.cpu_ns);
    if (!e.before.idle_ns || !e.after.idle_ns)
        return {{"reader", per_op(e.measured.cpu_ns)}, {"daemon", per_op(daemon)}, {"kernel", nullptr}, {"kernel_threads", nullptr}, {"interrupts", nullptr}, {"total", nullptr}};
    const uint64_t busy = delta(&Snapshot::time_ns) * e.after.cpus - (*e.after.idle_ns - *e.before.idle_ns);
    const uint64_t attributed = reader + daemon + delta(&Snapshot::init_cpu_ns) + delta(&Snapshot::neighbour_cpu_ns);
    const uint64_t kernel = busy > attributed ? busy - attributed : 0;
    const uint64_t threads = std::min(kernel, delta(&Snapshot::kernel_threads_cpu_ns));
    return {{"reader", per_op(e.measured.cpu_ns)}, {"daemon", per_op(daemon)}, {"kernel", per_op(kernel)},
            {"kernel_threads", per_op(threads)}, {"interrupts", per_op(kernel - threads)},
            {"total", per_op(e.measured.cpu_ns + daemon + kernel)}};
}

/// A kernel that counts idle time in another way than in nanoseconds would give any CPU time; empty if nothing is wrong.
std::string wrong_idle_time(const CellEvidence& e) {
    if (!e.before.idle_ns || !e.after.idle_ns) return {};
    const uint64_t passed = (e.after.time_ns - e.before.time_ns) * e.after.cpus;
    if (*e.after.idle_ns >= *e.before.idle_ns && *e.after.idle_ns - *e.before.idle_ns <= passed) return {};
    return fmt::format("idle time went from {} to {} ns (/proc/timer_list) while {} ns passed on {} CPUs: no CPU time follows from that", *e.before.idle_ns, *e.after.idle_ns,
                       e.after.time_ns - e.before.time_ns, e.after.cpus);
}

/// What is wrong with the reads themselves; empty if nothing.
std::string wrong_reads(const CellMeasurement& m) {
    if (m.stats.errors != 0)
        return fmt::format("{} of {} reads {}", m.stats.errors, m.stats.ops,
                           m.stats.first_errno != 0 ? fmt::format("failed, the first with: {}", std::strerror(m.stats.first_errno))
                                                    : std::string("came back with another length than was right"));
    if (m.mismatch_offset_bytes) return fmt::format("wrong bytes at offset {} of {}", *m.mismatch_offset_bytes, m.mismatch_file);
    return {};
}

}  // namespace

CellVerdict judge_cell(const Cell& cell, const CellEvidence& e) {
    const CellMeasurement& m = e.measured;
    if (m.open_errno == EINVAL && cell.io == IoMode::direct)
        return {"refused", "unsupported", "open with O_DIRECT is refused: Invalid argument"};
    if (m.open_errno != 0) return {std::nullopt, "failed", fmt::format("open: {}", std::strerror(m.open_errno))};
    if (!m.unsupported.empty()) return {std::nullopt, "unsupported", m.unsupported};
    if (std::string wrong = wrong_reads(m); !wrong.empty()) return {std::nullopt, "invalid", wrong};
    if (std::string wrong = wrong_idle_time(e); !wrong.empty()) return {std::nullopt, "invalid", wrong};
    if (double late = lag(m); late > kLargestLag)
        return {std::nullopt, "invalid", fmt::format("the load was not kept up: the last read was submitted {:.1f} % later than it was due", late * 100)};
    if (cell.backend == kNull) return {std::nullopt, "ok", ""};
    if (m.checked_reads == 0) return {std::nullopt, "invalid", "no read was left to check the bytes of"};
    if (e.after.daemon_errors != e.before.daemon_errors)
        return {std::nullopt, "invalid", "the on-demand daemon reported an error (see the console)"};
    std::string observed = observe(cell, e);
    if (observed == "mixed" && !e.mixed_requests)
        return {observed, "invalid", fmt::format("mode not proved: the file's page cache went from {} to {} bytes while {} were read",
                                                 file_cache(cell, e.before).value_or(0), file_cache(cell, e.after).value_or(0), m.unique_bytes)};
    if (cell.io != IoMode::direct && observed != "buffered")
        return {observed, "invalid", fmt::format("declared {}, but the page cache does not hold what was read", name_of(cell.io))};
    if (std::string wrong = wrong_cache_state(cell, e); !wrong.empty()) return {observed, "invalid", wrong};
    return {observed, "ok", ""};
}

nlohmann::json cell_metrics(const Cell& cell, const CellEvidence& e) {
    const ReadStats& s = e.measured.stats;
    const auto ops = static_cast<double>(s.ops);
    const auto bytes = static_cast<double>(s.bytes);
    const double seconds = static_cast<double>(s.elapsed_ns) / 1e9;
    const bool open_loop = e.measured.offered_ns != 0;
    const bool fetches = cell.backend == kFscache && cell.cache_state == CacheState::remote;
    const bool reads = cell.backend != kNull;
    const uint64_t fetched_bytes = e.after.ondemand_bytes - e.before.ondemand_bytes;
    const uint64_t device_bytes = e.after.device_read_bytes - e.before.device_read_bytes;
    auto split = on_demand(cell, e);
    return {
        {"ops", s.ops},
        {"bytes", s.bytes},
        {"seconds", seconds},
        {"throughput_bytes_per_s", bytes / seconds},
        {"ops_per_s", ops / seconds},
        {"offered_ops_per_s", open_loop ? json(ops / (static_cast<double>(e.measured.offered_ns) / 1e9)) : json()},
        {"latency_ns", {{"min", s.latency.min_ns()}, {"mean", s.latency.mean_ns()}, {"p50", s.latency.quantile_ns(0.5)},
                        {"p90", s.latency.quantile_ns(0.9)}, {"p99", s.latency.quantile_ns(0.99)},
                        {"p99_9", s.latency.quantile_ns(0.999)}, {"max", s.latency.max_ns()}}},
        {"service_ns", summary(s.service)},
        {"first_read_ns", reads ? json(e.measured.open_ns + s.first_read_ns) : json()},
        {"fairness", fairness(e.measured)},
        {"latency_target_iodepth", e.measured.latency_iodepth ? json(*e.measured.latency_iodepth) : json()},
        {"cpu_ns_per_op", cpu_time(e)},
        {"page_cache_bytes", page_cache(cell, e)},
        {"page_cache_byte_seconds", areas(e)},
        {"ondemand", {{"opens", e.after.ondemand_opens - e.before.ondemand_opens},
                      {"reads", e.after.ondemand_reads - e.before.ondemand_reads},
                      {"bytes", fetched_bytes},
                      {"waits", split ? json(split->wait.count()) : json()},
                      {"wait_ns", summary(split ? split->wait : Histogram())},
                      {"hit_ns", summary(split ? split->hit : Histogram())}}},
        {"backing", {{"reads", e.after.backing_reads - e.before.backing_reads}}},
        {"device", {{"read_bytes", reads ? json(device_bytes) : json()},
                    {"read_amplification", reads ? json(static_cast<double>(device_bytes) / bytes) : json()}}},
        {"read_amplification", fetches ? json(static_cast<double>(fetched_bytes) / bytes) : json()},
        {"neighbour", neighbour_metrics(e.neighbour)},
        {"context_switches", e.measured.context_switches},
        {"errors", s.errors},
    };
}

nlohmann::json cell_histograms(const Cell& cell, const CellEvidence& e) {
    json out = json::object();
    auto add = [&](const char* name, const Histogram& h) {
        if (h.count() > 0) out[name] = h.to_json();
    };
    add("service_ns", e.measured.stats.service);
    if (auto split = on_demand(cell, e)) {
        add("ondemand.wait_ns", split->wait);
        add("ondemand.hit_ns", split->hit);
    }
    if (e.neighbour) {
        add("neighbour.alone_ns", e.neighbour->alone);
        add("neighbour.beside_ns", e.neighbour->beside);
    }
    return out;
}

nlohmann::json curve_json(const CellEvidence& e) {
    if (e.curve.empty()) return nullptr;
    auto samples = json::array();
    for (const auto& s : e.curve) samples.push_back({s.time_ns, s.erofs_file_bytes, s.backing_file_bytes, s.guest_total_bytes});
    return {{"columns", {"time_ns", "erofs_file", "backing_file", "guest_total"}}, {"samples", std::move(samples)}};
}

}  // namespace diobench
