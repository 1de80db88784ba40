// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_plan.h"

#include "bench/common/base/paths.h"
#include "bench/host/run/run_suite.h"
#include "bench/verdict/judge/judge_pairs.h"

namespace diobench {

Result<Policy> find_policy(const GateOptions& options) {
    return read_policy(options.policy.empty() ? project_root() / kPolicyFileName : options.policy);
}

Result<GatePlan> make_plan(const GateOptions& options) {
    auto policy = find_policy(options);
    if (!policy) return forward(policy);
    GatePlan plan{std::move(*policy), {}, std::string(machine_name(options.machine)), options.suite, options.filter, options.seed};
    RunOptions run;
    run.suite = options.suite;
    run.own = options.own;
    run.machine = options.machine;
    auto all = planned_cells(run);
    if (!all) return forward(all);
    if (auto s = check_policy(plan.policy, *all, plan.machine, plan.suite, today_utc()); !s) return forward(s);
    run.filter = options.filter;
    auto chosen = planned_cells(run);
    if (!chosen) return forward(chosen);
    plan.cells = std::move(*chosen);
    return plan;
}

std::vector<std::string> cells_to_measure(const GatePlan& plan) {
    std::vector<std::string> out;
    for (const auto& cell : plan.cells)
        if (plan.machine != machine_name(MachineKind::exact) || !gated_metrics(plan.policy, cell, plan.machine, plan.suite).empty()) out.push_back(cell);
    return out;
}

GateReport judge_planned(const GatePlan& plan, const std::vector<RunPair>& pairs, const std::vector<RunPair>& confirm) {
    GateInput input;
    input.pairs = pairs;
    input.confirm = confirm;
    input.cells = plan.cells;
    input.machine = plan.machine;
    input.suite = plan.suite;
    // tables are written for suites of ours: those that nothing of a user's own matches are not idle
    input.scope = plan.filter.takes_all() && plan.suite != kOwnSuite ? GateInput::Scope::whole_suite : GateInput::Scope::filtered;
    input.seed = plan.seed;
    return judge_pairs(input, plan.policy);
}

}  // namespace diobench
