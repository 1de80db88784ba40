// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/judge_given.h"

#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "bench/common/base/faults.h"
#include "bench/host/run/select_cells.h"
#include "bench/results/export/run_directory.h"
#include "bench/verdict/gate/attribute_given.h"
#include "bench/verdict/gate/gate_next.h"
#include "bench/verdict/gate/gate_notes.h"
#include "bench/verdict/gate/gate_outputs.h"
#include "bench/verdict/gate/gate_plan.h"
#include "bench/verdict/gate/given_runs.h"

namespace diobench {

namespace {

Result<std::vector<Results>> read_all(const std::vector<fs::path>& directories) {
    std::vector<Results> out;
    Faults faults;
    for (const auto& directory : directories) {
        auto results = read_run(directory.string());
        faults.add(results);
        if (results) out.push_back(std::move(*results));
    }
    if (auto s = faults.status(); !s) return forward(s);
    return out;
}

/// The baseline's first run and the candidate's with its seed; nothing where a clock is real.
std::optional<std::pair<KeptRun, KeptRun>> first_pair(const std::vector<fs::path>& baseline, const std::vector<Results>& old_runs, const std::vector<fs::path>& candidate,
                                                      const std::vector<Results>& new_runs) {
    if (old_runs.empty() || old_runs.front().run.clock.kind != "virtual") return std::nullopt;
    for (size_t i = 0; i < new_runs.size(); ++i)
        if (new_runs[i].run.seed == old_runs.front().run.seed) return std::pair(KeptRun{baseline.front(), old_runs.front()}, KeptRun{candidate[i], new_runs[i]});
    return std::nullopt;
}

Status write_report_of(const GateOptions& options, GateReport& report) {
    if (options.output.empty()) return {};
    report.directory = options.output.string();
    return write_gate_outputs(options.output, report);
}

/// The second half of at least twice min_pairs pairs.
std::vector<RunPair> take_independent_set(std::vector<RunPair>& pairs, const WallSettings& settings) {
    if (pairs.size() < 2 * settings.min_pairs) return {};
    const auto half = pairs.begin() + static_cast<int64_t>(pairs.size() - pairs.size() / 2);
    std::vector<RunPair> out(std::make_move_iterator(half), std::make_move_iterator(pairs.end()));
    pairs.erase(half, pairs.end());
    return out;
}

struct CellsOfRuns {
    std::vector<Cell> planned;
    std::vector<NamedCell> all;  ///< of these and of the pairs
};

/// What the runs should have and what they have: the suite's cells as they are planned today, then others of the runs. `note`:
/// why the first are not known (a suite may have been renamed since).
CellsOfRuns cells_of(const Run& run, const OwnWorkloads& own, const std::vector<RunPair>& pairs, std::string& note) {
    RunOptions options;
    options.suite = run.suite;
    options.own = own;
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml, MachineKind::host})
        if (run.machine == machine_name(kind)) options.machine = kind;
    CellsOfRuns out;
    if (auto selected = select_cells(options)) out.planned = std::move(selected->cells);
    else note = fmt::format("what suite {} should hold is not known, so a cell that both sides lack is not missed: {}", run.suite, selected.error().message());
    out.all = named_cells(out.planned);
    std::set<std::string> known;
    for (const auto& cell : out.all) known.insert(cell.id);
    for (const auto& pair : pairs)
        for (const auto* side : {&pair.baseline, &pair.candidate})
            for (const auto& cell : side->results.cells)
                if (known.insert(cell.cell).second) out.all.push_back({cell.cell, cell.workload, &cell.dimensions});
    return out;
}

/// That the filter takes and that are to be judged.
Result<std::vector<std::string>> cells_to_judge(const GateOptions& options, const std::vector<NamedCell>& cells, const std::string& suite) {
    auto chosen = choose_cells(options.filter, cells, fmt::format("suite {} and of these runs", suite));
    if (!chosen) return forward(chosen);
    std::vector<std::string> out;
    for (const size_t place : *chosen)
        if (!options.not_judged.contains(cells[place].id)) out.push_back(cells[place].id);
    return out;
}

}  // namespace

Result<GateReport> judge_directories(const std::vector<fs::path>& baseline, const std::vector<fs::path>& candidate, const GateOptions& options) {
    auto old_runs = read_all(baseline);
    if (!old_runs) return forward(old_runs);
    auto new_runs = read_all(candidate);
    if (!new_runs) return forward(new_runs);
    const auto counted = first_pair(baseline, *old_runs, candidate, *new_runs);
    GateOptions unwritten = options;
    unwritten.output.clear();
    auto report = judge_results(std::move(*old_runs), std::move(*new_runs), unwritten);
    if (!report) return report;
    if (counted)
        if (auto s = attribute_given(counted->first, counted->second, *report); !s) return forward(s);
    if (auto s = write_report_of(options, *report); !s) return forward(s);
    return report;
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
    const CellsOfRuns cells = cells_of(run, options.own, pairs, note);
    std::vector<std::string> ids;
    for (const auto& cell : cells.all) ids.push_back(cell.id);
    if (auto s = check_policy(plan.policy, ids, plan.machine, plan.suite, today_utc()); !s) return forward(s);
    auto chosen = cells_to_judge(options, cells.all, run.suite);
    if (!chosen) return forward(chosen);
    plan.cells = std::move(*chosen);
    GateReport report = judge_planned(plan, pairs, confirm);
    report.baseline = given->baseline;
    report.candidate = given->candidate;
    report.started_at = run.started_at;
    report.notes.push_back(verification_note(pairs));
    if (!note.empty()) report.notes.push_back(note);
    note_images(pairs, report);
    auto verified = was_verified(pairs);
    if (!verified) return forward(verified);
    if (!*verified) note_never_verified(report);
    note_filter(plan, report);
    report.self_tests = std::move(self_tests);
    if (report.self_tests.empty())
        report.self_tests.push_back({"the machine's self-tests", SelfTest::Outcome::not_run, "of runs that were made before"});
    note_minorities(report);
    conclude(report);
    set_next(options, *verified ? Verified::yes : Verified::no, report);
    if (auto s = write_report_of(options, report); !s) return forward(s);
    return report;
}

}  // namespace diobench
