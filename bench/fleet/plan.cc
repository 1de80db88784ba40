// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/plan.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <numeric>

#include "bench/common/base/faults.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/base.h"
#include "bench/host/run/cell_times.h"
#include "bench/host/run/resume_file.h"
#include "bench/nightly/night_stages.h"
#include "bench/verdict/gate/gate_plan.h"
#include "bench/verdict/gate/gate_runs.h"

namespace diobench {

namespace {

constexpr const char* kPlanFleet = "plan fleet";
/// Expected of what is not known: a build whose objects are partly there, the judge's own work.
constexpr double kBuildSeconds = 240;
constexpr double kJudgeSeconds = 30;
constexpr double kVerifySeconds = 240;

double length_of(const std::vector<FleetUnit>& units) {
    return std::accumulate(units.begin(), units.end(), 0.0, [](double sum, const FleetUnit& unit) { return sum + unit.expected_s; });
}

RunOptions run_of(const FleetRequest& request) {
    RunOptions out;
    out.kernels = request.kernels;
    out.suite = request.suite;
    out.filter = request.filter;
    out.machine = request.machine;
    out.seed = request.seed;
    out.seeds = static_cast<unsigned>(request.seeds);
    out.tree = request.tree;
    out.revision = request.revision;
    out.allow_missing = request.allow_missing;
    return out;
}

Result<std::vector<RunOptions>> runs_of_gate(const FleetRequest& request) {
    GateOptions options;
    options.baseline = request.baseline;
    options.candidate = request.candidate;
    options.suite = request.suite;
    options.filter = request.filter;
    options.machine = request.machine;
    options.seed = request.seed;
    options.seeds = request.seeds;
    options.policy = request.policy;
    options.tree = request.tree;
    options.revision = request.revision;
    options.allow_missing = request.allow_missing;
    auto plan = make_plan(options);
    if (!plan) return forward(plan);
    auto runs = GateRuns::create(options, "runs");
    if (!runs) return forward(runs);
    runs->measure_only(cells_to_measure(*plan));
    return runs->planned();
}

Result<std::vector<RunOptions>> runs_of_night(const FleetRequest& request) {
    auto config = read_night_config(request.config);
    if (!config) return forward(config);
    Faults faults;
    if (!config->debian.empty() || !config->fetch.empty())
        faults.add(fail(kPlanFleet, request.config.string(), "[source] debian and fetch may bring another source while shards are measured: name tree, and as revision a tag or a commit"));
    if (config->machine != MachineKind::exact) faults.add(fail(kPlanFleet, request.config.string(), "a night by wall clock is of one machine: leave it to a timer there"));
    if (auto s = faults.status(); !s) return forward(s);
    std::vector<RunOptions> out;
    for (uint64_t seed = config->seed; seed < config->seed + config->seeds; ++seed) out.push_back(night_run(*config, seed, "run"));
    return out;
}

/// What shards measure of a command; none: by wall clock both sides of a pair belong on one machine, and cases have no boots.
Result<std::vector<RunOptions>> runs_of(const FleetRequest& request) {
    if (request.command == FleetCommand::nightly) return runs_of_night(request);
    if (request.command == FleetCommand::verify || request.machine != MachineKind::exact) return std::vector<RunOptions>();
    if (request.command == FleetCommand::gate) return runs_of_gate(request);
    return std::vector<RunOptions>{run_of(request)};
}

std::vector<std::string> kernels_of(const FleetRequest& request, const std::vector<RunOptions>& runs) {
    if (request.command == FleetCommand::gate) return {request.baseline, request.candidate};
    if (request.command != FleetCommand::nightly) return request.kernels;
    return runs.empty() ? std::vector<std::string>() : runs.front().kernels;
}

Result<std::vector<FleetUnit>> units_of(const std::vector<RunOptions>& runs) {
    const CellTimes times = CellTimes::load();
    std::vector<FleetUnit> out;
    for (size_t i = 0; i < runs.size(); ++i) {
        auto planned = planned_boots(runs[i]);
        if (!planned) return forward(planned);
        for (const auto& kernel : runs[i].kernels)
            for (const PlannedBoot& boot : planned->boots) {
                double seconds = CellTimes::kBootSeconds;
                for (const Cell& cell : boot.cells) seconds += times.estimate_s(cell);
                out.push_back({kernel, i, boot.label, seconds});
            }
    }
    return out;
}

/// Each in the order of the plan, and what it needs before it.
class Jobs {
public:
    explicit Jobs(FleetPlan& plan) : plan_(plan) {}
    int64_t add(JobKind kind, const std::string& kernel, double expected_s, std::vector<int64_t> needs) {
        FleetJob job;
        job.number = static_cast<int64_t>(plan_.jobs.size()) + 1;
        job.kind = kind;
        job.kernel = kernel;
        job.expected_s = expected_s;
        job.needs = std::move(needs);
        plan_.jobs.push_back(std::move(job));
        return plan_.jobs.back().number;
    }

private:
    FleetPlan& plan_;
};

}  // namespace

std::string_view job_kind_name(JobKind kind) { return kind == JobKind::build ? "build" : kind == JobKind::shard ? "shard" : "judge"; }

std::string FleetJob::text() const {
    std::string out = fmt::format("{} {}", job_kind_name(kind), number);
    if (!kernel.empty()) out += ": " + shown_name(kernel);
    std::vector<std::string> boots;
    for (const auto& unit : units) boots.push_back(unit.boot);
    return boots.empty() ? out : out + ", boots " + join(boots, ", ");
}

nlohmann::json FleetJob::work() const {
    nlohmann::json out = {{"whole", whole}, {"boots", nlohmann::json::array()}};
    std::map<size_t, std::vector<std::string>> boots;
    for (const auto& unit : units) boots[unit.run].push_back(unit.boot);
    for (const auto& [run, labels] : boots) out["boots"].push_back({{"run", run}, {"labels", labels}});
    return out;
}

std::vector<std::vector<FleetUnit>> equal_shards(std::vector<FleetUnit> units, size_t count) {
    std::stable_sort(units.begin(), units.end(), [](const auto& a, const auto& b) { return a.expected_s > b.expected_s; });
    std::vector<std::vector<FleetUnit>> out(std::min(std::max<size_t>(count, 1), units.size()));
    for (FleetUnit& unit : units)
        std::min_element(out.begin(), out.end(), [](const auto& a, const auto& b) { return length_of(a) < length_of(b); })->push_back(std::move(unit));
    return out;
}

std::vector<std::vector<FleetUnit>> equal_shards_of_kernels(const std::vector<FleetUnit>& units, const std::vector<std::string>& kernels, size_t count) {
    const double all_s = length_of(units);
    std::vector<std::vector<FleetUnit>> out;
    for (const auto& kernel : kernels) {
        std::vector<FleetUnit> own;
        std::copy_if(units.begin(), units.end(), std::back_inserter(own), [&](const FleetUnit& unit) { return unit.kernel == kernel; });
        if (own.empty()) continue;
        const double part = all_s > 0 ? length_of(own) / all_s : 1.0 / static_cast<double>(kernels.size());
        auto shards = equal_shards(std::move(own), static_cast<size_t>(std::lround(part * static_cast<double>(count))));
        std::move(shards.begin(), shards.end(), std::back_inserter(out));
    }
    return out;
}

Result<FleetPlan> plan_fleet(const FleetRequest& request, size_t shards) {
    auto runs = runs_of(request);
    if (!runs) return forward(runs);
    const auto kernels = kernels_of(request, *runs);
    auto units = units_of(*runs);
    Faults faults;
    faults.add(check_kernels(kernels));
    faults.add(units);
    if (auto s = faults.status(); !s) return forward(s);
    FleetPlan plan;
    for (const RunOptions& run : *runs) plan.runs.push_back(run_options_json(run.output, "", run));
    Jobs jobs(plan);
    const bool is_shared = !units->empty();
    std::map<std::string, int64_t> builds;
    std::vector<int64_t> before_judge;
    if (is_shared)
        for (const auto& kernel : kernels) builds[kernel] = jobs.add(JobKind::build, kernel, kBuildSeconds, {});
    for (auto& own : equal_shards_of_kernels(*units, kernels, request.shards != 0 ? request.shards : shards)) {
        const int64_t number = jobs.add(JobKind::shard, own.front().kernel, length_of(own), {builds.at(own.front().kernel)});
        plan.jobs.back().units = std::move(own);
        before_judge.push_back(number);
    }
    jobs.add(JobKind::judge, "", is_shared ? kJudgeSeconds : kVerifySeconds * static_cast<double>(kernels.size()), before_judge);
    plan.jobs.back().whole = !is_shared;
    return plan;
}

}  // namespace diobench
