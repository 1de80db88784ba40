// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/run_gate.h"

#include <chrono>
#include <fmt/format.h>

#include "bench/common/base/faults.h"
#include "bench/host/kernel/base.h"
#include "bench/host/machine/machine_check.h"
#include "bench/host/run/environment.h"
#include "bench/verdict/gate/gate_exact.h"
#include "bench/verdict/gate/gate_next.h"
#include "bench/verdict/gate/gate_notes.h"
#include "bench/verdict/gate/gate_outputs.h"
#include "bench/verdict/gate/gate_plan.h"
#include "bench/verdict/gate/gate_runs.h"
#include "bench/verdict/gate/gate_wall.h"
#include "bench/verdict/judge/attribute.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Result<GateReport> run_gate(const GateOptions& options) {
    const auto started = Clock::now();
    auto plan = make_plan(options);
    Faults faults;
    faults.add(check_kernels({options.baseline, options.candidate}));
    faults.add(plan);
    if (auto s = faults.status(); !s) return forward(s);
    const Accelerator accelerator = options.machine == MachineKind::kvm ? Accelerator::kvm : Accelerator::tcg;
    if (auto s = require_machine({options.machine, accelerator}); !s) return forward(s);
    const Run run = begin_run("gate-" + options.suite, machine_name(options.machine), options.seed, options.argv);
    const fs::path directory = options.output.empty() ? fs::path("out") / run.id : options.output;
    if (auto s = make_directories(directory); !s) return forward(s);
    auto runs = GateRuns::create(options, directory);
    if (!runs) return forward(runs);
    runs->measure_only(cells_to_measure(*plan));

    auto measured = options.machine == MachineKind::exact ? gate_exact(options, *plan, *runs) : gate_wall(options, *plan, *runs);
    if (!measured) return forward(measured);
    const std::vector<RunPair>& pairs = measured->pairs;
    GateReport& report = measured->report;
    report.baseline = runs->baseline();
    report.candidate = runs->candidate();
    report.machine = plan->machine;
    report.suite = plan->suite;
    report.policy_file = plan->policy.file;
    report.directory = directory.string();
    report.started_at = run.started_at;
    if (!pairs.empty()) report.notes.insert(report.notes.begin(), verification_note(pairs));
    note_images(pairs, report);
    note_bases(pairs, report);
    auto verified = options.verified ? Result<bool>(true) : was_verified(pairs);
    if (!verified) return forward(verified);
    if (!*verified) note_never_verified(report);
    if (!options.verified_cases.empty()) note_verified_cases(options.verified_cases, report);
    note_filter(*plan, report);
    if (runs->reused_boots() > 0)
        report.notes.push_back(fmt::format("{} boots of the baseline were taken from the cache: the self-test has just shown that this machine repeats itself",
                                            runs->reused_boots()));
    note_minorities(report);
    conclude(report);
    if (!measured->counted.baseline.cells.empty()) attribute_by_instructions(measured->counted, runs->patched_functions(), report);
    set_next(options, *verified ? Verified::yes : Verified::no, report);
    report.elapsed_s = std::chrono::duration<double>(Clock::now() - started).count();
    if (auto s = write_gate_outputs(directory, report); !s) return forward(s);
    return std::move(report);
}

}  // namespace diobench
