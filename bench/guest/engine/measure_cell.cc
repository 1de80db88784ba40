// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/measure_cell.h"

#include <algorithm>
#include <barrier>
#include <cerrno>
#include <ctime>
#include <sys/resource.h>
#include <thread>

#include "bench/common/base/text.h"
#include "bench/common/image/test_file_json.h"
#include "bench/common/measure/marker.h"
#include "bench/guest/engine/job.h"

namespace diobench {

namespace {

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

using Jobs = std::vector<std::unique_ptr<Job>>;

/// Threads that stand at a barrier, so that their start is not in the timed
/// region.  Each prepares its own job: a ring belongs to the thread that made it.
class Team {
public:
    Team(Jobs& jobs, const EngineInfo& engine, bool keep_spans)
        : jobs_(jobs), ready_(static_cast<ptrdiff_t>(jobs.size())), start_(static_cast<ptrdiff_t>(jobs.size())), results_(jobs.size()) {
        for (size_t i = 1; i < jobs.size(); ++i)
            threads_.emplace_back([this, i, &engine, keep_spans] {
                results_[i] = jobs_[i]->prepare(engine, keep_spans);
                ready_.arrive_and_wait();
                start_.arrive_and_wait();
                if (go_) results_[i] = jobs_[i]->run();
            });
        results_[0] = jobs_[0]->prepare(engine, keep_spans);
        ready_.arrive_and_wait();
        prepared_ = first_failure();
    }
    /// What preparing came to.
    [[nodiscard]] const Status& prepared() const { return prepared_; }
    /// The first job runs in the calling thread.
    Status run() {
        go_ = true;
        if (jobs_.size() > 1) start_.arrive_and_wait();
        results_[0] = jobs_[0]->run();
        for (auto& thread : threads_) thread.join();
        threads_.clear();
        return first_failure();
    }
    ~Team() {
        if (threads_.empty()) return;
        start_.arrive_and_wait();
        for (auto& thread : threads_) thread.join();
    }

private:
    [[nodiscard]] Status first_failure() const {
        for (const auto& result : results_)
            if (!result) return result;
        return {};
    }
    Jobs& jobs_;
    std::barrier<> ready_;
    std::barrier<> start_;
    bool go_ = false;  // written before the barrier, read behind it
    std::vector<Status> results_;
    Status prepared_;
    std::vector<std::thread> threads_;
};

void add_up(const Jobs& jobs, CellMeasurement& out) {
    ReadStats& all = out.stats;
    uint64_t first = ~uint64_t{0};
    uint64_t last = 0;
    for (const auto& job : jobs) {
        const ReadStats& one = job->stats();
        all.latency.merge(one.latency);
        all.service.merge(one.service);
        all.ops += one.ops;
        all.bytes += one.bytes;
        if (all.errors == 0) all.first_errno = one.first_errno;
        all.errors += one.errors;
        all.last_submit_ns = std::max(all.last_submit_ns, one.last_submit_ns);
        all.spans.insert(all.spans.end(), one.spans.begin(), one.spans.end());
        first = std::min(first, one.started_ns);
        last = std::max(last, one.started_ns + one.elapsed_ns);
        out.job_elapsed_ns.push_back(one.elapsed_ns);
        out.job_ops.push_back(one.ops);
        out.offered_ns = std::max(out.offered_ns, job->last_due_ns());
    }
    all.started_ns = first;
    all.elapsed_ns = last - first;
    all.first_read_ns = jobs.front()->stats().first_read_ns;
    out.open_ns = jobs.front()->open_ns();
}

uint64_t unique_bytes(const Jobs& jobs) {
    std::vector<Request> all;
    for (const auto& job : jobs) all.insert(all.end(), job->requests().begin(), job->requests().end());
    return distinct_bytes(all);
}

nlohmann::json spans_json(const std::vector<ReadSpan>& spans) {
    auto out = nlohmann::json::array();
    for (const ReadSpan& span : spans) out.push_back({span.submitted_ns, span.completed_ns});
    return out;
}

}  // namespace

nlohmann::json ReadTarget::to_json() const {
    auto list = nlohmann::json::array();
    for (const TargetFile& file : files)
        list.push_back({{"path", file.path}, {"base_offset_bytes", file.base_offset_bytes}, {"size_bytes", file.size_bytes},
                        {"known", file.known ? test_file_to_json(*file.known) : nlohmann::json()}});
    return {{"files", std::move(list)}, {"content_seed", content_seed}, {"trace", trace},
            {"fragmented_buffers", page_order == PageOrder::fragmented}, {"noatime", noatime}};
}

Result<ReadTarget> ReadTarget::from_json(const nlohmann::json& json) {
    try {
        ReadTarget out;
        for (const auto& f : json.at("files")) {
            TargetFile file{f.at("path"), f.at("base_offset_bytes"), f.at("size_bytes"), std::nullopt};
            if (!f.at("known").is_null()) file.known = test_file_from_json(f.at("known"));
            out.files.push_back(std::move(file));
        }
        out.content_seed = json.at("content_seed");
        out.trace = json.at("trace");
        if (json.at("fragmented_buffers").get<bool>()) out.page_order = PageOrder::fragmented;
        out.noatime = json.at("noatime");
        return out;
    } catch (const nlohmann::json::exception& e) {
        return fail("read target", "", e.what());
    }
}

nlohmann::json CellMeasurement::to_json() const {
    return {{"open_errno", open_errno},
            {"unsupported", unsupported},
            {"ops", stats.ops},
            {"bytes", stats.bytes},
            {"errors", stats.errors},
            {"first_errno", stats.first_errno},
            {"started_ns", stats.started_ns},
            {"elapsed_ns", stats.elapsed_ns},
            {"first_read_ns", stats.first_read_ns},
            {"last_submit_ns", stats.last_submit_ns},
            {"histogram", stats.latency.to_json()},
            {"service", stats.service.to_json()},
            {"spans", spans_json(stats.spans)},
            {"open_ns", open_ns},
            {"cpu_ns", cpu_ns},
            {"context_switches", context_switches},
            {"unique_bytes", unique_bytes},
            {"whole_bytes", whole_bytes},
            {"offered_ns", offered_ns},
            {"job_elapsed_ns", job_elapsed_ns},
            {"job_ops", job_ops},
            {"checked_reads", checked_reads},
            {"mismatch_offset_bytes", mismatch_offset_bytes ? nlohmann::json(*mismatch_offset_bytes) : nlohmann::json()},
            {"mismatch_file", mismatch_file}};
}

Result<CellMeasurement> CellMeasurement::from_json(const nlohmann::json& json) {
    try {
        CellMeasurement out;
        ReadStats& stats = out.stats;
        out.open_errno = json.at("open_errno");
        out.unsupported = json.at("unsupported");
        stats.ops = json.at("ops");
        stats.bytes = json.at("bytes");
        stats.errors = json.at("errors");
        stats.first_errno = json.at("first_errno");
        stats.started_ns = json.at("started_ns");
        stats.elapsed_ns = json.at("elapsed_ns");
        stats.first_read_ns = json.at("first_read_ns");
        stats.last_submit_ns = json.at("last_submit_ns");
        for (auto [key, into] : {std::pair{"histogram", &stats.latency}, std::pair{"service", &stats.service}}) {
            auto histogram = Histogram::from_json(json.at(key));
            if (!histogram) return forward(histogram);
            *into = *histogram;
        }
        for (const auto& span : json.at("spans")) stats.spans.push_back({span.at(0), span.at(1)});
        out.open_ns = json.at("open_ns");
        out.cpu_ns = json.at("cpu_ns");
        out.context_switches = json.at("context_switches");
        out.unique_bytes = json.at("unique_bytes");
        out.whole_bytes = json.at("whole_bytes");
        out.offered_ns = json.at("offered_ns");
        out.job_elapsed_ns = json.at("job_elapsed_ns").get<std::vector<uint64_t>>();
        out.job_ops = json.at("job_ops").get<std::vector<uint64_t>>();
        out.checked_reads = json.at("checked_reads");
        if (!json.at("mismatch_offset_bytes").is_null()) out.mismatch_offset_bytes = json.at("mismatch_offset_bytes").get<uint64_t>();
        out.mismatch_file = json.at("mismatch_file");
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
    const bool keep_spans = cell.cache_state == CacheState::remote;
    Jobs jobs;
    for (unsigned number = 0; number < cell.numjobs; ++number) {
        auto job = Job::open(cell, target, number, seed);
        if (!job && job.error().errno_value != 0) {
            out.open_errno = job.error().errno_value;
            return out;
        }
        if (!job) return forward(job);
        jobs.push_back(std::move(*job));
    }
    out.unique_bytes = unique_bytes(jobs);
    out.whole_bytes = jobs.front()->whole_bytes();
    Team team(jobs, **info, keep_spans);
    if (!team.prepared()) {
        if (!is_refusal(team.prepared().error())) return tl::unexpected<Error>(team.prepared().error());
        out.unsupported = team.prepared().error().message();
        return out;
    }
    const uint32_t tag = crc32c(cell.id());

    if (auto s = hooks.before(); !s) return forward(s);
    const uint64_t switches = context_switches();
    const uint64_t cpu = process_cpu_ns();
    begin_marked_region(tag);
    Status ran = team.run();
    end_marked_region();
    out.cpu_ns = process_cpu_ns() - cpu;
    out.context_switches = context_switches() - switches;
    if (!ran) return forward(ran);
    if (auto s = hooks.after(); !s) return forward(s);
    add_up(jobs, out);
    for (const auto& job : jobs) job->check_samples(out);
    return out;
}

}  // namespace diobench
