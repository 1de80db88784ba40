// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/run_cell.h"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/trace/trace.h"
#include "bench/guest/cell/cell_reader.h"
#include "bench/guest/cell/fio_cell.h"
#include "bench/guest/cell/neighbour.h"
#include "bench/guest/cell/system.h"
#include "bench/guest/cell/verify.h"
#include "bench/guest/cell/watched_files.h"

namespace diobench {

namespace {

/// Samples of the page-cache curve, about.
constexpr uint64_t kCurveSamples = 64;
constexpr uint64_t kShortestSampleNs = 50'000;
/// How often the neighbour's hot set is brought back before the timed region.
constexpr int kWarmings = 20;

/// Reads a file through the page cache until all of it is there.
Status warm_up(const std::string& file) {
    auto fd = UniqueFd::open(file, O_RDONLY);
    if (!fd) return forward(fd);
    std::vector<char> buffer(128 << 10);
    for (;;) {
        ssize_t n = ::read(fd->get(), buffer.data(), buffer.size());
        if (n < 0) return fail_errno("read", file);
        if (n == 0) return {};
    }
}

/// A cell made ready: its image, what is to be read and everything around it.
struct Stage {
    OpenImage image;
    ReadTarget target;
    std::optional<WatchedFiles> watched;
    std::optional<MemoryLimit> limit;
    std::optional<Neighbour> neighbour;
    bool mixed_requests = false;

    /// Lets go of everything that keeps the image busy, then of the image.
    Status leave() {
        watched.reset();
        neighbour.reset();
        limit.reset();
        return image.close();
    }
};

/// The files in the order in which the trace numbers them.
Result<std::vector<const TestFile*>> traced_files(const GuestPlan& plan, const Cell& cell, const GuestImage& image, bool& mixed) {
    auto trace = parse_trace(plan.traces.at(cell.trace), cell.trace);
    if (!trace) return forward(trace);
    std::vector<const TestFile*> out;
    for (const auto& name : trace->files) {
        const TestFile* file = image.file(name);
        if (file == nullptr) return fail("replay", cell.trace, "file " + name + " is not in the image of layout " + cell.layout, ExitCode::invalid);
        out.push_back(file);
    }
    mixed = cell.io == IoMode::direct && std::any_of(trace->reads.begin(), trace->reads.end(), [](const TraceRead& r) { return !r.direct; });
    return out;
}

Status make_target(const GuestState& state, const Cell& cell, const GuestImage& image, Stage& stage) {
    stage.target.content_seed = state.plan.seed;
    // How many neighbours a buffer's pages have is luck, and each is a segment less: on the exact machine there are none.
    if (state.plan.exact_clock) stage.target.page_order = PageOrder::fragmented;
    std::vector<const TestFile*> files = files_of(cell, image);
    if (cell.pattern == Pattern::trace) {
        auto traced = traced_files(state.plan, cell, image, stage.mixed_requests);
        if (!traced) return forward(traced);
        files = std::move(*traced);
        stage.target.trace = state.plan.traces.at(cell.trace);
    }
    for (const TestFile* file : files) {
        const bool raw = !stage.image.file.empty();
        stage.target.files.push_back({raw ? stage.image.file : stage.image.directory + "/" + file->name, stage.image.base_offset_bytes,
                                      file->size_bytes, *file});
    }
    return {};
}

std::vector<std::string> paths_of(const ReadTarget& target) {
    std::vector<std::string> out;
    for (const auto& file : target.files) out.push_back(file.path);
    return out;
}

/// A cold walk opens files that nobody has looked at: they are counted afterwards.
bool is_cold_walk(const Cell& cell) { return cell.pattern == Pattern::tree && cell.cache_state != CacheState::resident; }

/// Makes the cell's cache state.
Result<Stage> set_stage(GuestState& state, const Cell& cell, const GuestImage* image) {
    Stage stage;
    // Before memory is forgotten and limited: a neighbour whose pages were just written is another one than in later cells.
    if (image != nullptr && cell.neighbour_bytes != 0)
        if (auto s = Neighbour::make_hot_set(state.backends.world().directory, cell.neighbour_bytes, state.plan.seed); !s) return forward(s);
    // What a back end copies when it is first used is in no cell's page cache.
    if (image != nullptr)
        if (auto s = state.backends.install(cell.backend, *image); !s) return forward(s);
    if (auto s = drop_caches(); !s) return forward(s);
    if (image == nullptr) return stage;
    if (state.cache() != nullptr)
        if (const FetchProfile* fetch = state.plan.fetch(cell.fetch)) state.cache()->set_link(*fetch, state.plan.seed);
    auto opened = state.backends.open(cell.backend, *image, cell.cache_state);
    if (!opened) return forward(opened);
    stage.image = std::move(*opened);
    if (auto s = make_target(state, cell, *image, stage); !s) return forward(s);
    if (cell.memory_bytes != 0) {
        if (state.plan.device.kind == "directory") return unsupported("limit memory", "this machine is not ours alone");
        auto limit = MemoryLimit::apply(cell.memory_bytes);
        if (!limit) return forward(limit);
        stage.limit.emplace(std::move(*limit));
    }
    if (cell.cache_state == CacheState::resident)
        for (const auto& path : paths_of(stage.target))
            if (auto s = warm_up(path); !s) return forward(s);
    if (cell.neighbour_bytes != 0) {
        auto neighbour = Neighbour::start(state.backends.world().directory, cell.neighbour_bytes, state.plan.seed);
        if (!neighbour) return forward(neighbour);
        stage.neighbour.emplace(std::move(*neighbour));
    }
    stage.watched = WatchedFiles::open(is_cold_walk(cell) || is_one_file(cell.backend) ? std::vector<std::string>() : paths_of(stage.target), stage.image,
                                       cell.backend == kFscache ? image->blobs : std::vector<std::string>(), state.block_device);
    return stage;
}

SnapshotTarget snapshot_target(GuestState& state, const Stage& stage, pid_t reader) {
    SnapshotTarget target;
    if (stage.watched) stage.watched->fill(target);
    target.reader = reader;
    target.server = stage.image.server;
    target.neighbour = stage.neighbour ? stage.neighbour->pid() : -1;
    target.on_demand = state.cache() != nullptr;
    if (state.cache() != nullptr) target.daemon = state.cache()->daemon_pid();
    return target;
}

Result<Snapshot> snapshot(GuestState& state, const SnapshotTarget& target) {
    auto out = take_snapshot(target);
    if (!out || state.cache() == nullptr) return out;
    const DaemonCounters& counters = state.cache()->counters();
    out->ondemand_opens = counters.opens;
    out->ondemand_reads = counters.reads;
    out->ondemand_bytes = counters.bytes;
    out->daemon_errors = counters.errors;
    return out;
}

CellVerdict hang_verdict(const std::string& where) {
    return {std::nullopt, "failed", fmt::format("hang: the reader did not come back within {} s, {}", kReaderLimitMs / 1000, where)};
}

/// READs that the daemon served since it had served `since`.
std::vector<FetchLog::Entry> fetches_since(const FetchLog& log, uint64_t since) {
    const uint64_t count = log.count;
    std::vector<FetchLog::Entry> out;
    if (count - since > FetchLog::kEntries) return out;
    for (uint64_t i = since; i < count; ++i) out.push_back(log.entries[i % FetchLog::kEntries]);
    return out;
}

/// Takes what memory became available meanwhile. What that cost the neighbour is brought back: its hot set is whole when the
/// region begins, so that what is missing later was dropped in it.
Status tighten(Stage& stage) {
    if (!stage.limit) return {};
    for (int i = 0; i < kWarmings; ++i) {
        if (auto s = stage.limit->tighten(); !s) return s;
        if (!stage.neighbour) return {};
        settle();  // the kernel reclaims in the background, too
        auto cached = stage.neighbour->cached_bytes();
        if (!cached) return forward(cached);
        if (*cached == stage.neighbour->hot_set_bytes()) return {};
        stage.neighbour->warm();
    }
    return fail("keep in the page cache", "the neighbour's hot set", "some of it is dropped before the timed region begins: memory is too small for both", ExitCode::invalid);
}

/// What is done at the two points around the timed region.
class Around {
public:
    Around(GuestState& state, Stage& stage, CellEvidence& evidence) : state_(state), stage_(stage), evidence_(evidence) {}

    Status before(pid_t reader) {
        target_ = snapshot_target(state_, stage_, reader);
        settle();
        if (auto s = tighten(stage_); !s) return s;
        if (state_.plan.exact_clock) wait_for_tick();
        if (state_.cache() != nullptr) logged_ = state_.cache()->log().count;
        if (stage_.neighbour) {
            auto& neighbour = evidence_.neighbour.emplace();
            neighbour.hot_set_bytes = stage_.neighbour->hot_set_bytes();
            auto cached = stage_.neighbour->cached_bytes();
            if (!cached) return forward(cached);
            neighbour.cached_before_bytes = *cached;
        }
        auto taken = snapshot(state_, target_);
        if (!taken) return forward(taken);
        evidence_.before = *taken;
        if (state_.plan.exact_clock) wait_for_tick();
        if (stage_.neighbour) stage_.neighbour->go_on();
        return {};
    }
    Status after() {
        if (stage_.neighbour) stage_.neighbour->pause();
        auto taken = snapshot(state_, target_);
        if (!taken) return forward(taken);
        evidence_.after = *taken;
        if (state_.cache() != nullptr) evidence_.fetches = fetches_since(state_.cache()->log(), logged_);
        if (!stage_.neighbour) return {};
        auto cached = stage_.neighbour->cached_bytes();
        if (!cached) return forward(cached);
        evidence_.neighbour->cached_after_bytes = *cached;
        evidence_.neighbour->reread_bytes = stage_.neighbour->reread_bytes();
        evidence_.neighbour->alone = stage_.neighbour->alone();
        evidence_.neighbour->beside = stage_.neighbour->beside();
        return {};
    }

private:
    GuestState& state_;
    Stage& stage_;
    CellEvidence& evidence_;
    SnapshotTarget target_;
    uint64_t logged_ = 0;
};

using Outcome = Result<std::optional<CellVerdict>>;

/// The reader's life: two meetings around the timed region, then its answer.
Outcome drive(GuestState& state, const Cell& cell, Stage& stage, CellEvidence& evidence) {
    auto reader = CellReader::start(cell, stage.target, state.plan.seed);
    if (!reader) return forward(reader);
    Around around(state, stage, evidence);
    for (int point = 0; point < 2; ++point) {
        const auto reached = reader->wait_for_point();
        if (reached == CellReader::Reached::not_yet) return hang_verdict(reader->where());
        if (reached == CellReader::Reached::ended) break;  // its answer says why
        if (auto s = point == 0 ? around.before(reader->pid()) : around.after(); !s) return forward(s);
        reader->go_on();
    }
    auto answer = reader->finish();
    if (!answer) return forward(answer);
    auto measured = CellMeasurement::from_json(nlohmann::json::parse(*answer, nullptr, false));
    if (!measured) return CellVerdict{std::nullopt, "failed", "the reader gave no answer (see the console)"};
    evidence.measured = std::move(*measured);
    return std::nullopt;
}

/// fio's life, with the same snapshots.
Outcome drive_fio(GuestState& state, const Cell& cell, Stage& stage, CellEvidence& evidence) {
    Around around(state, stage, evidence);
    auto measured = measure_with_fio(state.plan, cell, stage.target, {[&] { return around.before(-1); }, [&] { return around.after(); }});
    if (!measured) return CellVerdict{std::nullopt, "failed", measured.error().message()};
    evidence.measured = std::move(*measured);
    return std::nullopt;
}

/// Pages of small files are counted when the walk is over; before it there were none.
Status count_walked_files(GuestState& state, Stage& stage, CellEvidence& evidence) {
    stage.watched->add_read(paths_of(stage.target));
    auto taken = take_snapshot(snapshot_target(state, stage, -1));
    if (!taken) return forward(taken);
    evidence.before.erofs_file_bytes = 0;
    evidence.after.erofs_file_bytes = taken->erofs_file_bytes;
    evidence.after.erofs_file_evicted_bytes = taken->erofs_file_evicted_bytes;
    return {};
}

/// The cell once more, untimed, with the page cache looked at all the while.
Status sample_curve(GuestState& state, const Cell& cell, const GuestImage& image, CellEvidence& evidence) {
    auto stage = set_stage(state, cell, &image);
    if (!stage) return forward(stage);
    auto reader = CellReader::start(cell, stage->target, state.plan.seed);
    if (!reader) return forward(reader);
    if (reader->wait_for_point() != CellReader::Reached::point) return fail("sample the page cache of", cell.id(), "the reader did not start", ExitCode::invalid);
    settle();
    if (auto s = tighten(*stage); !s) return s;
    const SnapshotTarget target = snapshot_target(state, *stage, -1);
    const uint64_t interval_ns = std::max(kShortestSampleNs, evidence.measured.stats.elapsed_ns / kCurveSamples);
    std::optional<uint64_t> begin_ns;
    auto sample = [&]() -> Status {
        auto taken = take_snapshot(target);
        if (!taken) return forward(taken);
        if (!begin_ns) begin_ns = taken->time_ns;
        evidence.curve.push_back({taken->time_ns - *begin_ns, taken->erofs_file_bytes.value_or(0), taken->backing_file_bytes.value_or(0), taken->guest_total_bytes});
        return {};
    };
    if (auto s = sample(); !s) return s;
    if (stage->neighbour) stage->neighbour->go_on();
    reader->go_on();
    while (reader->wait_for_point_ns(interval_ns) == CellReader::Reached::not_yet)
        if (auto s = sample(); !s) return s;
    if (auto s = sample(); !s) return s;
    reader->go_on();
    auto answer = reader->finish();
    if (!answer) return forward(answer);
    return stage->leave();
}

/// Where the data lies in the blob, if a fetch can be told by that.
std::optional<uint64_t> place_in_blob(const GuestImage* image) {
    if (image == nullptr || !image->contiguous) return std::nullopt;
    return image->data_offset_bytes;
}

}  // namespace

nlohmann::json cell_record(const Cell& cell, const CellVerdict& verdict) {
    return {{"type", "cell"},
            {"workload", cell.workload},
            {"cell", cell.id()},
            {"dimensions", cell.dimensions()},
            {"declared_io", name_of(cell.io)},
            {"observed_io", verdict.observed_io ? nlohmann::json(*verdict.observed_io) : nlohmann::json()},
            {"status", verdict.status},
            {"reason", verdict.reason},
            {"metrics", nullptr},
            {"histogram", nullptr},
            {"histograms", nullptr},
            {"page_cache_curve", nullptr}};
}

Result<nlohmann::json> run_cell(GuestState& state, const Cell& cell) {
    const GuestImage* image = cell.backend == kNull ? nullptr : state.plan.image(cell.layout);
    if (cell.backend != kNull && image == nullptr)
        return cell_record(cell, {std::nullopt, "failed", "the image of layout " + cell.layout + " is not in this machine"});
    auto stage = set_stage(state, cell, image);
    if (!stage) return cell_record(cell, {std::nullopt, is_unsupported(stage.error()) ? "unsupported" : "failed", stage.error().message()});
    CellEvidence evidence;
    evidence.seed = state.plan.seed;
    evidence.base_line_bytes = state.base_line_bytes;
    evidence.data_offset_bytes = place_in_blob(image);
    evidence.mixed_requests = stage->mixed_requests;
    evidence.shared_domain = image != nullptr && image->shared_domain;
    auto outcome = is_fio(cell.engine) ? drive_fio(state, cell, *stage, evidence) : drive(state, cell, *stage, evidence);
    if (!outcome) return forward(outcome);
    if (!*outcome && is_cold_walk(cell) && evidence.measured.open_errno == 0)
        if (auto s = count_walked_files(state, *stage, evidence); !s) return forward(s);
    CellVerdict verdict = *outcome ? **outcome : judge_cell(cell, evidence);
    if (auto s = stage->leave(); !s) {
        if (verdict.status == "ok") return forward(s);
        verdict.reason += "; then: " + s.error().message();  // a reader that hangs holds the mount
    }
    if (verdict.status == "ok" && cell.curve)
        if (auto s = sample_curve(state, cell, *image, evidence); !s) return forward(s);
    nlohmann::json record = cell_record(cell, verdict);
    if (verdict.status == "ok") {
        record["metrics"] = cell_metrics(cell, evidence);
        record["histogram"] = evidence.measured.stats.latency.to_json();
        record["histograms"] = cell_histograms(cell, evidence);
        record["page_cache_curve"] = curve_json(evidence);
    }
    return record;
}

}  // namespace diobench
