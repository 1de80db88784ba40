// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/status.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/terminal.h"
#include "bench/common/base/utc.h"
#include "bench/fleet/engine.h"
#include "bench/fleet/names.h"

namespace diobench {

namespace {

/// Seconds that a second of the plan takes, by the shards that are done.
double pace_of(const std::vector<FleetJobRow>& jobs) {
    double expected = 0;
    double taken = 0;
    for (const auto& job : jobs) {
        if (job.kind != JobKind::shard || job.state != JobState::done || job.ended_at < job.started_at) continue;
        expected += job.expected_s;
        taken += static_cast<double>(job.ended_at - job.started_at);
    }
    return expected > 0 && taken > 0 ? taken / expected : 1;
}

/// Still to be done of a job.
double left_of(const FleetJobRow& job, double pace, int64_t now) {
    if (job.state == JobState::done) return 0;
    const double all = job.expected_s * (job.kind == JobKind::shard ? pace : 1);
    return job.state == JobState::claimed ? std::max(1.0, all - static_cast<double>(now - job.started_at)) : all;
}

bool is_silent(const FleetJobRow& job, int64_t now) { return job.state == JobState::claimed && job.lease_until <= now; }

std::string job_line(const FleetJobRow& job, const std::map<std::string, std::string>& engine_states, int64_t now) {
    std::string out = fmt::format("  {:<8} {}", is_silent(job, now) ? "silent" : state_name(job.state), job.text);
    if (job.state != JobState::waiting) out += fmt::format("; {}", job.node);
    if (is_silent(job, now)) out += fmt::format(", not heard of since {}: another machine may take it", utc_text(job.lease_until));
    if (job.state == JobState::done) out += fmt::format(", {} s", job.ended_at - job.started_at);
    if (job.tries > 1) out += fmt::format(", try {}", job.tries);
    if (job.state != JobState::done)
        if (const auto engine = engine_states.find(job.engine_job); engine != engine_states.end()) out += fmt::format(" [{} {}]", engine->first, engine->second);
    if (!job.reason.empty() && job.state != JobState::done) out += ": " + job.reason;
    return out + "\n";
}

}  // namespace

std::optional<int64_t> expected_end(const FleetRequestRow& request, const std::vector<FleetJobRow>& jobs, int64_t now) {
    if (request.state != RequestState::running) return std::nullopt;
    const double slots = std::max(1.0, request.description.value("slots", 1.0));
    const double pace = pace_of(jobs);
    std::map<JobKind, double> sum, longest;
    for (const auto& job : jobs) {
        const double left = left_of(job, pace, now);
        sum[job.kind] += left;
        longest[job.kind] = std::max(longest[job.kind], left);
    }
    double left = 0;
    for (JobKind kind : {JobKind::build, JobKind::shard, JobKind::judge}) left += std::max(longest[kind], sum[kind] / slots);
    return now + static_cast<int64_t>(left);
}

std::string progress_sentence(const FleetRequestRow& request, const std::vector<FleetJobRow>& jobs, int64_t now) {
    const auto done = std::count_if(jobs.begin(), jobs.end(), [](const auto& job) { return job.state == JobState::done; });
    std::string out = fmt::format("{} of {} jobs done", done, jobs.size());
    if (const auto end = expected_end(request, jobs, now)) out += ", expected end " + utc_text(*end);
    return out;
}

Result<FleetStatus> fleet_status(const std::string& id) {
    auto store = FleetStore::open();
    if (!store) return forward(store);
    auto request = store->request(id);
    if (!request) return forward(request);
    auto jobs = store->jobs(request->id);
    if (!jobs) return forward(jobs);
    auto tries = store->tries(request->id);
    if (!tries) return forward(tries);
    FleetStatus out{std::move(*request), std::move(*jobs), std::move(*tries), {}, {}};
    for (const auto& one : out.tries)
        if (one.outcome == "failed") out.logs.push_back({one.job, fmt::format("job {} on {}: {}", one.job, one.node, one.reason), failed_log_name(out.request.id, one.job, one.claim)});
    for (const auto& job : out.jobs)
        if (job.state == JobState::done && job.kind != JobKind::build)
            out.logs.push_back({job.number, fmt::format("{} on {}", job.text, job.node), job.kind == JobKind::judge ? answer_name(out.request.id) : job.files + "/log.txt"});
    std::vector<std::string> names;
    for (const auto& job : out.jobs)
        if (!job.engine_job.empty() && job.state != JobState::done) names.push_back(job.engine_job);
    // Another machine may ask, which has no part in the engine.
    if (auto engine = make_engine(EngineSettings::from_json(out.request.description.at("engine"))))
        if (auto states = (*engine)->states(names)) out.engine_states = std::move(*states);
    return out;
}

std::string status_text(const FleetStatus& status, int64_t now) {
    const FleetRequestRow& request = status.request;
    std::string out = fmt::format("{}: {}, {} by {}, {}\n", request.id, state_name(request.state), request.command, request.engine, progress_sentence(request, status.jobs, now));
    if (!request.reason.empty()) out += coloured(fmt::format("  ! {}\n", request.reason), Colour::red);
    for (const auto& one : status.tries)
        if (one.outcome == "refused") out += fmt::format("  refused  {}\n", one.reason);
    for (const auto& job : status.jobs) out += job_line(job, status.engine_states, now);
    if (request.state == RequestState::done) out += fmt::format("result: {}/{}, exit code {}\n", request.depot, result_name(request.id), request.exit_code);
    if (request.state == RequestState::failed) out += fmt::format("next: diobench fleet logs {}; diobench fleet retry {}\n", request.id, request.id);
    return out;
}

nlohmann::ordered_json status_json(const FleetStatus& status, int64_t now) {
    const FleetRequestRow& request = status.request;
    nlohmann::ordered_json out = {{"id", request.id}, {"state", state_name(request.state)}, {"command", request.command}, {"engine", request.engine}, {"shared", request.depot},
                                  {"submitted_at", utc_text(request.submitted_at)}, {"ended_at", nullptr}, {"expected_end", nullptr}, {"exit_code", nullptr},
                                  {"reason", request.reason}, {"jobs", nlohmann::ordered_json::array()}, {"tries", nlohmann::ordered_json::array()}};
    if (request.ended_at != 0) out["ended_at"] = utc_text(request.ended_at);
    if (const auto end = expected_end(request, status.jobs, now)) out["expected_end"] = utc_text(*end);
    if (request.state == RequestState::done) out["exit_code"] = request.exit_code;
    for (const auto& job : status.jobs)
        out["jobs"].push_back({{"job", job.number}, {"kind", job_kind_name(job.kind)}, {"what", job.text}, {"state", state_name(job.state)}, {"node", job.node}, {"tries", job.tries},
                               {"expected_s", job.expected_s}, {"seconds", job.ended_at >= job.started_at && job.ended_at != 0 ? nlohmann::ordered_json(job.ended_at - job.started_at) : nlohmann::ordered_json()},
                               {"cells_sha256", job.cells_sha256}, {"engine_job", job.engine_job}, {"reason", job.reason}});
    for (const auto& one : status.tries)
        out["tries"].push_back({{"job", one.job}, {"node", one.node}, {"started_at", utc_text(one.started_at)}, {"outcome", one.outcome}, {"reason", one.reason}});
    return out;
}

std::string requests_text(const std::vector<FleetRequestRow>& requests) {
    std::string out;
    for (const auto& request : requests)
        out += fmt::format("{:<32} {:<10} {:<8} {:<6} {}{}\n", request.id, state_name(request.state), request.command, request.engine, utc_text(request.submitted_at),
                           request.reason.empty() ? "" : "  " + request.reason);
    return out;
}

}  // namespace diobench
