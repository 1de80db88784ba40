// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/run_gate.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <map>
#include <set>

#include "bench/common/base/json_text.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/run/conformance_gate.h"
#include "bench/host/run/environment.h"
#include "bench/host/run/run_suite.h"
#include "bench/results/export/comparison.h"
#include "bench/results/export/junit.h"
#include "bench/results/export/summary.h"
#include "bench/results/store/calibration_file.h"
#include "bench/results/store/cells.h"
#include "bench/results/store/database.h"
#include "bench/verdict/gate/gate_round.h"
#include "bench/verdict/gate/gate_runs.h"
#include "bench/verdict/gate/wall_session.h"
#include "bench/verdict/judge/gate_ci.h"
#include "bench/verdict/judge/gate_json.h"
#include "bench/verdict/judge/gate_text.h"
#include "bench/verdict/judge/judge_pairs.h"
#include "bench/verdict/judge/wall_metrics.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

/// Everything a gate knows before its first boot.
struct GatePlan {
    Policy policy;
    std::vector<std::string> cells;  ///< that the filter leaves
    std::string machine;
    std::string suite;
    std::string filter;
    uint64_t seed = 1;
};

Result<Policy> find_policy(const GateOptions& options) {
    return read_policy(options.policy.empty() ? project_root() / kPolicyFileName : options.policy);
}

/// The policy is held against the whole suite, the filter only narrows what is measured.
Result<GatePlan> make_plan(const GateOptions& options) {
    auto policy = find_policy(options);
    if (!policy) return forward(policy);
    GatePlan plan{std::move(*policy), {}, std::string(machine_name(options.machine)), options.suite, options.filter, options.seed};
    RunOptions run;
    run.suite = options.suite;
    run.machine = options.machine;
    auto all = planned_cells(run);
    if (!all) return forward(all);
    if (auto s = check_policy(plan.policy, *all, plan.machine, plan.suite, today_utc()); !s) return forward(s);
    for (const auto& cell : *all)
        if (match_glob(options.filter, cell)) plan.cells.push_back(cell);
    if (plan.cells.empty()) return fail("gate", "--filter " + options.filter, "no cell of suite " + options.suite + " matches it");
    return plan;
}

/// By wall clock the others are sentinels; where instructions are counted they would only take time.
std::vector<std::string> cells_to_measure(const GatePlan& plan) {
    std::vector<std::string> out;
    for (const auto& cell : plan.cells)
        if (plan.machine != machine_name(MachineKind::exact) || !gated_metrics(plan.policy, cell, plan.machine, plan.suite).empty()) out.push_back(cell);
    return out;
}

GateReport judge(const GatePlan& plan, const std::vector<RunPair>& pairs, const std::vector<RunPair>& confirm) {
    GateInput input;
    input.pairs = pairs;
    input.confirm = confirm;
    input.cells = plan.cells;
    input.machine = plan.machine;
    input.suite = plan.suite;
    input.scope = plan.filter == "*" ? GateInput::Scope::whole_suite : GateInput::Scope::filtered;
    input.seed = plan.seed;
    return judge_pairs(input, plan.policy);
}

bool kernels_ok(const RunPair& pair) {
    for (const auto* arm : {&pair.baseline, &pair.candidate}) {
        const KernelResult* kernel = arm->results.find_kernel(arm->kernel);
        if (kernel == nullptr || kernel->status != KernelStatus::ok) return false;
    }
    return true;
}

/// What the boots of the pairs compared, byte by byte, before they measured.
std::string verification_note(const std::vector<RunPair>& pairs) {
    size_t checks = 0;
    for (const auto& pair : pairs)
        for (const auto* arm : {&pair.baseline, &pair.candidate})
            if (const KernelResult* kernel = arm->results.find_kernel(arm->kernel)) checks += kernel->conformance.size();
    return fmt::format("verified before measured: {} checks that read a whole image and compared every byte, each boot its own", checks);
}

/// A boot's checks are of the images it measures: says so of a candidate whose conformance nobody has looked at.
Status note_never_verified(const std::vector<RunPair>& pairs, GateReport& report) {
    if (pairs.empty()) return {};
    const KernelResult* candidate = pairs.front().candidate.results.find_kernel(pairs.front().candidate.kernel);
    if (candidate == nullptr || candidate->patch_sha256.empty()) return {};
    auto store = ResultStore::open();
    if (!store) return forward(store);
    auto verification = store->last_verification(candidate->base_version, candidate->patch_sha256);
    if (!verification) return forward(verification);
    if (verification->started_at.empty())
        report.notes.push_back(fmt::format("{} was never verified on this machine: it may be wrong where nothing is measured (other layouts, errors); diobench verify looks at all of it", candidate->name));
    return {};
}

/// Metrics that passed although some seeds were beyond the floor: one that is worse with one seed of three is not decided by the
/// rule, and should be known.
void note_minorities(GateReport& report) {
    size_t count = 0;
    const MetricReport* largest = nullptr;
    const CellReport* where = nullptr;
    const auto most = [](const MetricReport& m) { return *std::max_element(m.paired.differences.begin(), m.paired.differences.end()) / std::abs(m.paired.baseline) * m.part; };
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics) {
            if (metric.verdict != Verdict::pass || metric.wall || metric.paired.beyond == 0 || !metric.accepted.empty()) continue;
            ++count;
            if (largest != nullptr && most(*largest) >= most(metric)) continue;
            largest = &metric;
            where = &cell;
        }
    if (largest == nullptr) return;
    report.notes.push_back(fmt::format("{} metrics passed although some seeds were beyond the floor; the largest: {} of {} by {:+.2f} % ({})", count, largest->metric->name, where->cell,
                                       most(*largest) * 100, largest->paired.reason));
}

/// The images of the two arms; the same twice is worth saying.
void note_images(const std::vector<RunPair>& pairs, GateReport& report) {
    if (pairs.empty()) return;
    const KernelResult* baseline = pairs.front().baseline.results.find_kernel(pairs.front().baseline.kernel);
    const KernelResult* candidate = pairs.front().candidate.results.find_kernel(pairs.front().candidate.kernel);
    if (baseline != nullptr && candidate != nullptr && !baseline->image_sha256.empty() && baseline->image_sha256 == candidate->image_sha256)
        report.notes.emplace_back("both kernels are the same image");
}

/// Why self-tests cannot say anything: the candidate itself is broken.
std::optional<std::string> broken_candidate(const Results& results) {
    for (const auto& kernel : results.kernels)
        if (kernel.status != KernelStatus::ok) return fmt::format("candidate {}: {}: {}", kernel.name, status_name(kernel.status), kernel.reason);
    // What the gated cells may be is the policy's business; these are read in every gate to find what the suite does not measure.
    for (const auto& cell : results.cells)
        if (!cell.known && (cell.status == CellStatus::invalid || cell.status == CellStatus::failed))
            return fmt::format("candidate {}: {}: {}: {}", cell.kernel, cell.cell, status_name(cell.status), cell.reason);
    return std::nullopt;
}

constexpr const char* kFirstSelfTest = "self-test-1";
constexpr const char* kSecondSelfTest = "self-test-2";

/// What the first boot of the self-test shows before anything is measured.
SelfTestOutcome look_at_candidate(const Results& first) {
    SelfTestOutcome out;
    if (auto problem = broken_candidate(first)) {
        out.problem = *problem;
        out.build_failed = first.kernels.front().status == KernelStatus::build_failed;
    }
    return out;
}

std::vector<SelfTest> judge_self_tests(const Results& first, const Results& second) { return {check_same_twice(first, second), check_control(first)}; }

Result<SelfTestOutcome> self_tests_of(const GateRuns& runs, const GateOptions& options) {
    auto first = runs.self_test(options.seed, kFirstSelfTest);
    if (!first) return forward(first);
    SelfTestOutcome out = look_at_candidate(*first);
    if (!out.problem.empty()) return out;
    auto second = runs.self_test(options.seed, kSecondSelfTest);
    if (!second) return forward(second);
    out.tests = judge_self_tests(*first, *second);
    return out;
}

/// One seed after the other until the verdict is not "inconclusive" or there are enough.
Status add_seeds(const GateOptions& options, const GatePlan& plan, const GateRuns& runs, std::vector<RunPair>& pairs) {
    while (pairs.size() < options.seeds * kMostSeedsFactor && std::all_of(pairs.begin(), pairs.end(), kernels_ok)) {
        GateReport so_far = judge(plan, pairs, {});
        conclude(so_far);
        if (so_far.verdict != Verdict::inconclusive) break;
        auto pair = runs.pair_side_by_side(options.seed + pairs.size(), nullptr);
        if (!pair) return forward(pair);
        pairs.push_back(std::move(*pair));
    }
    return {};
}

/// The self-test's first boot shows whether there is anything to measure; all other boots are made together.
Result<GateReport> gate_exact(const GateOptions& options, const GatePlan& plan, const GateRuns& runs, std::vector<RunPair>& pairs, ProfiledPair& counted) {
    auto first = runs.self_test(options.seed, kFirstSelfTest);
    if (!first) return forward(first);
    GateReport report;
    if (const SelfTestOutcome look = look_at_candidate(*first); !look.problem.empty()) {
        report.problems.push_back(look.problem);
        if (look.build_failed) report.exit_code = ExitCode::usage;
        return report;
    }
    auto round = run_round(runs, options, kSecondSelfTest, options.attribute ? &counted : nullptr);
    if (!round) return forward(round);
    pairs = std::move(round->pairs);
    auto tests = judge_self_tests(*first, round->self_test);
    const bool trusted = std::all_of(tests.begin(), tests.end(), [](const SelfTest& t) { return t.outcome == SelfTest::Outcome::passed; });
    if (trusted) {
        if (auto s = add_seeds(options, plan, runs, pairs); !s) return forward(s);
    } else {
        pairs.clear();  // nothing of it would be believed
    }
    report = judge(plan, pairs, {});
    if (!trusted) report.cells.clear();
    if (pairs.size() > options.seeds) report.notes.push_back(fmt::format("{} seeds were asked for and {} taken, since {} did not decide", options.seeds, pairs.size(), options.seeds));
    report.self_tests = std::move(tests);
    return report;
}

size_t wall_metrics(const GateReport& report) {
    size_t count = 0;
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics) count += metric.wall ? 1 : 0;
    return count;
}

size_t suspicions(const GateReport& report) {
    size_t count = 0;
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics) count += metric.wall && metric.verdict == Verdict::regression ? 1 : 0;
    return count;
}

void note_session(const WallSession& session, const WallSettings& settings, size_t metrics, GateReport& report) {
    report.disturbed = session.disturbed();
    if (session.disturbed() > 0)
        report.notes.push_back(fmt::format("{} pairs of boots were thrown away as disturbed, the last since {}", session.disturbed(), session.last_disturbance()));
    if (session.gave_up())
        report.problems.push_back(fmt::format("this host is too busy for a stopwatch: {} pairs of boots were disturbed, the last since {}; try when it is idle, or --machine exact",
                                              session.disturbed(), session.last_disturbance()));
    if (first_set_pairs(metrics, settings) > settings.max_pairs)
        report.notes.push_back(fmt::format("{} metrics gate: a regression needs {} pairs, and the policy allows {}; let fewer gate or raise max_pairs", metrics,
                                           first_set_pairs(metrics, settings), settings.max_pairs));
}

/// Pairs of single boots until intervals are narrow, then an independent set if there is a suspicion.
Result<GateReport> gate_wall(const GateOptions& options, const GatePlan& plan, const GateRuns& runs, std::vector<RunPair>& pairs) {
    const WallSettings& settings = plan.policy.wall;
    WallSession session(runs, settings, options.seed);
    GateReport report;
    size_t wanted = settings.min_pairs;
    while (true) {
        if (auto s = session.collect(wanted, pairs); !s) return forward(s);
        report = judge(plan, pairs, {});
        if (pairs.size() < wanted || !kernels_ok(pairs.back())) break;
        const size_t needed = std::min(first_set_pairs(wall_metrics(report), settings), settings.max_pairs);
        if (pairs.size() < needed) wanted = needed;
        else if (wants_more_pairs(report, plan.policy)) wanted = pairs.size() + 1;
        else break;
    }
    const size_t metrics = wall_metrics(report);
    if (has_suspicion(report) && !session.gave_up()) {
        std::vector<RunPair> confirm;
        if (auto s = session.collect(first_set_pairs(suspicions(report), settings), confirm); !s) return forward(s);
        report = judge(plan, pairs, confirm);
    }
    note_session(session, settings, metrics, report);
    return report;
}

// Runs that were made before.

std::string arm_of(const Results& results, const std::string& wanted) {
    if (!wanted.empty() || results.kernels.size() != 1) return wanted;
    return results.kernels.front().name;
}

/// One side: each run's arm, with what the store knows of its verification taken into account.
struct GivenRun {
    ArmOfRun arm;
    Results head;  ///< for check_comparable()
};

Result<std::vector<GivenRun>> take_side(std::vector<Results> runs, const std::string& kernel, std::string_view option) {
    std::vector<GivenRun> out;
    for (auto& results : runs) {
        if (auto s = refuse_unverified_numbers(results); !s) return forward(s);
        const std::string name = arm_of(results, kernel);
        if (name.empty()) {
            std::vector<std::string> names;
            for (const auto& one : results.kernels) names.push_back(one.name);
            return fail("gate", results.run.id, fmt::format("this run has several kernels, {}: say which one with {}", join(names, ", "), option));
        }
        auto arm = take_arm(results, name);
        if (!arm) return forward(arm);
        results.cells.clear();
        out.push_back({std::move(*arm), std::move(results)});
    }
    return out;
}

Result<std::vector<Results>> read_all(const std::vector<fs::path>& directories) {
    std::vector<Results> out;
    for (const auto& directory : directories) {
        auto results = read_results(directory);
        if (!results) return forward(results);
        out.push_back(std::move(*results));
    }
    return out;
}

/// A side is one kernel, measured in one way.
Status check_side(const std::vector<GivenRun>& side, std::string_view option) {
    const GivenRun& first = side.front();
    const KernelResult* kernel = first.arm.results.find_kernel(first.arm.kernel);
    for (const GivenRun& run : side) {
        const KernelResult* other = run.arm.results.find_kernel(run.arm.kernel);
        auto refuse = [&](std::string_view why) { return fail("gate", std::string(option), fmt::format("runs {} and {} are of {}", first.head.run.id, run.head.run.id, why)); };
        if (run.arm.kernel != first.arm.kernel) return refuse(fmt::format("two kernels, {} and {}", first.arm.kernel, run.arm.kernel));
        if (kernel == nullptr || other == nullptr) continue;  // judging says so
        if (other->image_sha256 != kernel->image_sha256 && !other->image_sha256.empty() && !kernel->image_sha256.empty())
            return refuse(fmt::format("two kernels that are both called {}: their images differ", first.arm.kernel));
        if (auto s = check_comparable(first.head, run.head); !s) return s;
    }
    return {};
}

/// Instructions of the guest program and of the kernel's compiler are in every number of the virtual clock.
Status check_tools(const std::vector<GivenRun>& baseline, const std::vector<GivenRun>& candidate) {
    const Run& first = baseline.front().head.run;
    for (const auto* side : {&baseline, &candidate})
        for (const auto& one : *side)
            if (const std::string other = why_other_tools(first, one.head.run); !other.empty())
                return fail("gate", one.head.run.id, fmt::format("it was measured with {} than run {}: the numbers are not of the same instructions; measure both again", other, first.id));
    return {};
}

/// By seed: each seed once on each side.
Result<std::vector<RunPair>> pair_by_seed(std::vector<GivenRun> baseline, std::vector<GivenRun> candidate) {
    std::map<int64_t, GivenRun*> by_seed;
    for (auto& run : candidate)
        if (!by_seed.try_emplace(run.head.run.seed, &run).second)
            return fail("gate", run.head.run.id, fmt::format("two runs of the candidate have seed {}: a seed is one sample", run.head.run.seed));
    std::vector<RunPair> out;
    for (auto& run : baseline) {
        auto found = by_seed.find(run.head.run.seed);
        if (found == by_seed.end())
            return fail("gate", run.head.run.id, fmt::format("the candidate has no run with its seed {} (or two of the baseline have it): runs are paired by seed", run.head.run.seed));
        if (auto s = check_comparable(run.head, found->second->head); !s) return forward(s);
        out.push_back({run.head.run.seed, std::move(run.arm), std::move(found->second->arm)});
        by_seed.erase(found);
    }
    if (!by_seed.empty()) return fail("gate", by_seed.begin()->second->head.run.id, fmt::format("the baseline has no run with its seed {}", by_seed.begin()->first));
    return out;
}

/// The same run twice would count as two boots.
Status check_once(const std::vector<GivenRun>& side, std::string_view option) {
    std::set<std::string> seen;
    for (const auto& one : side)
        if (!seen.insert(one.head.run.id).second) return fail("gate", std::string(option), fmt::format("run {} is given twice", one.head.run.id));
    return {};
}

Result<std::vector<RunPair>> pair_in_order(std::vector<GivenRun> baseline, std::vector<GivenRun> candidate) {
    if (auto s = check_once(baseline, "--results-baseline"); !s) return forward(s);
    if (auto s = check_once(candidate, "--results-candidate"); !s) return forward(s);
    if (baseline.size() != candidate.size())
        return fail("gate", "--results-candidate", fmt::format("{} runs of the baseline and {} of the candidate: runs by wall clock are paired in order", baseline.size(), candidate.size()));
    std::vector<RunPair> out;
    for (size_t i = 0; i < baseline.size(); ++i) {
        if (auto s = check_comparable(baseline[i].head, candidate[i].head); !s) return forward(s);
        out.push_back({baseline[i].head.run.seed, std::move(baseline[i].arm), std::move(candidate[i].arm)});
    }
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

Status write_gate_outputs(const fs::path& directory, const GateReport& report) {
    if (auto s = make_directories(directory); !s) return s;
    if (auto s = copy_calibration(report.machine, directory); !s) return s;
    if (auto s = write_file_atomic(directory / kSummaryFileName, gate_text(report, GateInk::plain)); !s) return s;
    if (auto s = write_file_atomic(directory / kJunitFileName, gate_junit(report)); !s) return s;
    if (auto s = write_file_atomic(directory / kCodeQualityFileName, json_text(gitlab_code_quality(report)) + "\n"); !s) return s;
    return write_file_atomic(directory / kGateFileName, json_text(gate_json(report)) + "\n");
}

Result<GateReport> run_gate(const GateOptions& options) {
    const auto started = Clock::now();
    auto plan = make_plan(options);
    if (!plan) return forward(plan);
    const Run run = begin_run("gate-" + options.suite, machine_name(options.machine), options.seed, options.argv);
    const fs::path directory = options.output.empty() ? fs::path("out") / run.id : options.output;
    if (auto s = make_directories(directory); !s) return forward(s);
    auto runs = GateRuns::create(options, directory);
    if (!runs) return forward(runs);
    runs->measure_only(cells_to_measure(*plan));

    std::vector<RunPair> pairs;
    ProfiledPair counted;  // of the first pair
    auto report = options.machine == MachineKind::exact ? gate_exact(options, *plan, *runs, pairs, counted) : gate_wall(options, *plan, *runs, pairs);
    if (!report) return forward(report);
    report->baseline = runs->baseline();
    report->candidate = runs->candidate();
    report->machine = plan->machine;
    report->suite = plan->suite;
    report->policy_file = plan->policy.file;
    report->directory = directory.string();
    report->started_at = run.started_at;
    if (!pairs.empty()) report->notes.insert(report->notes.begin(), verification_note(pairs));
    note_images(pairs, *report);
    if (auto s = note_never_verified(pairs, *report); !s) return forward(s);
    if (runs->reused_boots() > 0)
        report->notes.push_back(fmt::format("{} boots of the baseline were made before and taken from the cache: the self-test has just shown that this machine repeats itself",
                                            runs->reused_boots()));
    note_minorities(*report);
    conclude(*report);
    if (!counted.baseline.cells.empty()) attribute_by_instructions(counted, runs->patched_functions(), *report);
    report->elapsed_s = std::chrono::duration<double>(Clock::now() - started).count();
    if (auto s = write_gate_outputs(directory, *report); !s) return forward(s);
    return report;
}

Result<SelfTestOutcome> run_self_tests(const GateOptions& options, const fs::path& directory) {
    GateOptions alone = options;
    alone.baseline = options.candidate;
    auto runs = GateRuns::create(alone, directory);
    if (!runs) return forward(runs);
    return self_tests_of(*runs, alone);
}

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
    if (baseline.empty() || candidate.empty()) return fail("gate", baseline.empty() ? "baseline" : "candidate", "there is no run of it");
    auto old_runs = take_side(std::move(baseline), options.baseline, "--baseline NAME");
    if (!old_runs) return forward(old_runs);
    auto new_runs = take_side(std::move(candidate), options.candidate, "--candidate NAME");
    if (!new_runs) return forward(new_runs);
    const Run run = old_runs->front().head.run;
    const std::string baseline_name = old_runs->front().arm.kernel;
    const std::string candidate_name = new_runs->front().arm.kernel;
    const bool virtual_clock = run.clock.kind == "virtual";
    if (auto s = check_side(*old_runs, "--results-baseline"); !s) return forward(s);
    if (auto s = check_side(*new_runs, "--results-candidate"); !s) return forward(s);
    if (virtual_clock)
        if (auto s = check_tools(*old_runs, *new_runs); !s) return forward(s);
    auto pairs = virtual_clock ? pair_by_seed(std::move(*old_runs), std::move(*new_runs)) : pair_in_order(std::move(*old_runs), std::move(*new_runs));
    if (!pairs) return forward(pairs);

    std::vector<RunPair> confirm;
    if (!virtual_clock && pairs->size() >= 2 * policy->wall.min_pairs) {
        const auto half = pairs->begin() + static_cast<int64_t>(pairs->size() - pairs->size() / 2);
        confirm.assign(std::make_move_iterator(half), std::make_move_iterator(pairs->end()));
        pairs->erase(half, pairs->end());
    }
    GatePlan plan{std::move(*policy), {}, run.machine, run.suite, options.filter, static_cast<uint64_t>(run.seed)};
    std::string note;
    const auto all = cells_of(run, *pairs, note);
    if (auto s = check_policy(plan.policy, all, plan.machine, plan.suite, today_utc()); !s) return forward(s);
    for (const auto& cell : all)
        if (match_glob(options.filter, cell) && !options.not_judged.contains(cell)) plan.cells.push_back(cell);
    GateReport report = judge(plan, *pairs, confirm);
    report.baseline = baseline_name;
    report.candidate = candidate_name;
    report.started_at = run.started_at;
    report.notes.push_back(verification_note(*pairs));
    if (!note.empty()) report.notes.push_back(note);
    note_images(*pairs, report);
    if (auto s = note_never_verified(*pairs, report); !s) return forward(s);
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
