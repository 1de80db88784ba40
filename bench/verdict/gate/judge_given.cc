// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/judge_given.h"

#include <fmt/format.h>
#include <iterator>
#include <set>

#include "bench/host/run/run_suite.h"
#include "bench/results/store/cells.h"
#include "bench/verdict/gate/gate_notes.h"
#include "bench/verdict/gate/gate_outputs.h"
#include "bench/verdict/gate/gate_plan.h"
#include "bench/verdict/gate/given_runs.h"

namespace diobench {

namespace {

Result<std::vector<Results>> read_all(const std::vector<fs::path>& directories) {
    std::vector<Results> out;
    for (const auto& directory : directories) {
        auto results = read_results(directory);
        if (!results) return forward(results);
        out.push_back(std::move(*results));
    }
    return out;
}

/// The second half of at least twice min_pairs pairs.
std::vector<RunPair> take_independent_set(std::vector<RunPair>& pairs, const WallSettings& settings) {
    if (pairs.size() < 2 * settings.min_pairs) return {};
    const auto half = pairs.begin() + static_cast<int64_t>(pairs.size() - pairs.size() / 2);
    std::vector<RunPair> out(std::make_move_iterator(half), std::make_move_iterator(pairs.end()));
    pairs.erase(half, pairs.end());
    return out;
}

/// What the runs should have and what they have: the suite's cells as they are planned today, then others of the runs. `note`:
/// why the first are not known (a suite may have been renamed since).
std::vector<std::string> cells_of(const Run& run, const std::vector<RunPair>& pairs, std::string& note) {
    RunOptions options;
    options.suite = run.suite;
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml, MachineKind::host})
        if (run.machine == machine_name(kind)) options.machine = kind;
    std::vector<std::string> out;
    if (auto planned = planned_cells(options)) out = std::move(*planned);
    else note = fmt::format("what suite {} should hold is not known, so a cell that both sides lack is not missed: {}", run.suite, planned.error().message());
    const std::set<std::string> known(out.begin(), out.end());
    for (const auto& samples : pair_cells(pairs))
        if (!known.contains(samples.cell)) out.push_back(samples.cell);
    return out;
}

}  // namespace

Result<GateReport> judge_directories(const std::vector<fs::path>& baseline, const std::vector<fs::path>& candidate, const GateOptions& options) {
    auto old_runs = read_all(baseline);
    if (!old_runs) return forward(old_runs);
    auto new_runs = read_all(candidate);
    if (!new_runs) return forward(new_runs);
    return judge_results(std::move(*old_runs), std::move(*new_runs), options);
}

Result<GateReport> judge_results(std::vector<Results> baseline, std::vector<Results> candidate, const GateOptions& options, std::vector<SelfTest> self_tests) {
    auto policy = find_policy(options);
    if (!policy) return forward(policy);
    auto given = pair_given_runs(std::move(baseline), options.baseline, std::move(candidate), options.candidate);
    if (!given) return forward(given);
    std::vector<RunPair>& pairs = given->pairs;
    const std::vector<RunPair> confirm = given->have_real_clock() ? take_independent_set(pairs, policy->wall) : std::vector<RunPair>();
    const Run& run = given->run;
    GatePlan plan{std::move(*policy), {}, run.machine, run.suite, options.filter, static_cast<uint64_t>(run.seed)};
    std::string note;
    const auto all = cells_of(run, pairs, note);
    if (auto s = check_policy(plan.policy, all, plan.machine, plan.suite, today_utc()); !s) return forward(s);
    for (const auto& cell : all)
        if (match_glob(options.filter, cell) && !options.not_judged.contains(cell)) plan.cells.push_back(cell);
    GateReport report = judge_planned(plan, pairs, confirm);
    report.baseline = given->baseline;
    report.candidate = given->candidate;
    report.started_at = run.started_at;
    report.notes.push_back(verification_note(pairs));
    if (!note.empty()) report.notes.push_back(note);
    note_images(pairs, report);
    if (auto s = note_never_verified(pairs, report); !s) return forward(s);
    report.self_tests = std::move(self_tests);
    if (report.self_tests.empty())
        report.self_tests.push_back({"the machine's self-tests", SelfTest::Outcome::not_run, "these runs were made before; a gate that makes its own runs makes them"});
    note_minorities(report);
    conclude(report);
    if (!options.output.empty()) {
        report.directory = options.output.string();
        if (auto s = write_gate_outputs(options.output, report); !s) return forward(s);
    }
    return report;
}

}  // namespace diobench
