// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/bisect.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "bench/common/base/faults.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/profile/read_profiles.h"
#include "bench/host/run/environment.h"
#include "bench/host/run/run_suite.h"
#include "bench/results/export/summary.h"
#include "bench/verdict/bisect/bisect_json.h"
#include "bench/verdict/bisect/bisect_text.h"
#include "bench/verdict/bisect/judge_ends.h"
#include "bench/verdict/bisect/nearer_end.h"
#include "bench/verdict/judge/gate_answer.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

bool is_range(const std::string& revision) { return revision.find("..") != std::string::npos; }

Status check_options(const BisectOptions& options) {
    Faults faults;
    const bool commits = is_range(options.revision);
    if (options.candidate.empty()) faults.add(fail("bisect", "--candidate", "it is missing: the series that is worse, or with --rev OLD..NEW the one that is put on every commit"));
    if (!options.revision.empty() && options.tree.empty()) faults.add(fail("bisect", "--rev " + options.revision, "it needs --tree DIR, the kernel tree it is a revision of"));
    if (commits && !options.baseline.empty()) faults.add(fail("bisect", "--baseline " + options.baseline, "with --rev OLD..NEW commits are walked, all under the series --candidate: leave it out"));
    if (!commits && options.baseline.empty()) faults.add(fail("bisect", "--baseline", "it is missing: the series that is good, or --tree DIR --rev OLD..NEW to walk commits"));
    if (options.cell.empty() != options.metric.empty()) faults.add(fail("bisect", options.cell.empty() ? "--metric " + options.metric : "--cell " + options.cell, "--cell and --metric belong together: give both, or none to let the gate choose"));
    if (!options.cell.empty() && !options.filter.takes_all()) faults.add(fail("bisect", join(options.filter.words(), " "), "--cell names the only cell that is measured: leave one of the two out"));
    if (options.seeds == 0) faults.add(fail("bisect", "--seeds 0", "at least one is needed"));
    return faults.status();
}

/// One bisection on its way.
class Bisect {
public:
    Bisect(const BisectOptions& options, const Walk& walk, fs::path directory, BisectReport& report)
        : options_(options), walk_(walk), directory_(std::move(directory)), report_(report) {}

    Status run() {
        if (!report_.followed)
            if (auto s = choose(); !s) return s;
        if (!report_.followed) return {};
        auto ends = measure_ends();
        if (!ends) return forward(ends);
        return *ends ? search() : Status{};
    }

private:
    void end(BisectOutcome outcome, ExitCode code, std::string sentence) {
        report_.outcome = outcome;
        report_.exit_code = code;
        report_.sentence = std::move(sentence);
    }

    /// What the gate finds; without that the report says why there is nothing to follow.
    Status choose() {
        progress_.finish(fmt::format("bisect: the ends first, {} against {}", walk_.candidate, walk_.baseline));
        auto gate = judge_ends(options_, walk_, directory_);
        if (!gate) return forward(gate);
        report_.gate_verdict = gate->verdict;
        report_.gate_headline = gate_headline(*gate);
        for (const auto& problem : gate->problems) report_.notes.push_back(problem);
        progress_.finish("bisect: " + report_.gate_headline);
        if (gate->verdict == Verdict::regression) report_.followed = deciding_regression(*gate);
        if (!report_.followed) conclude_without_regression(*gate);
        return {};
    }

    void conclude_without_regression(const GateReport& gate) {
        const fs::path where = directory_ / "ends";
        switch (gate.verdict) {
        case Verdict::pass:
            end(BisectOutcome::nothing_to_find, ExitCode::ok, fmt::format("the gate passes {} against {}: there is nothing to look for", walk_.candidate, walk_.baseline));
            return;
        case Verdict::inconclusive:
        case Verdict::regression:
            end(BisectOutcome::inconclusive, ExitCode::inconclusive, fmt::format("the gate did not decide between {} and {} ({}): try more --seeds, or name what to follow with --cell and --metric",
                                                                                walk_.candidate, walk_.baseline, where.string()));
            return;
        case Verdict::invalid:
            end(BisectOutcome::invalid, gate.exit_code, fmt::format("the gate over {} and {} is invalid, so that an end says nothing: see {}", walk_.candidate, walk_.baseline, where.string()));
            return;
        }
    }

    /// Boots the kernel of a state with every seed, with nothing but the cell that is followed.
    Result<BisectStep> measure(size_t state) {
        if (interrupted()) return interrupted_error("bisect");
        BisectStep step;
        step.state = state;
        step.name = walk_.name_of(state);
        auto kernel = walk_.kernel(state);
        if (!kernel) return forward(kernel);
        RunOptions run;
        run.kernels = {kernel->series};
        run.suite = options_.suite;
        run.own = options_.own;
        run.only = {report_.followed->watched.cell};
        run.machine = MachineKind::exact;
        run.seed = options_.seed;
        run.seeds = static_cast<unsigned>(options_.seeds);
        run.output = directory_ / "runs" / step.name;
        run.tree = kernel->tree;
        run.revision = kernel->revision;
        run.jobs = options_.jobs;
        if (const Metric* metric = report_.followed->watched.metric; metric != nullptr && metric->source == MetricSource::functions) run.profile_directory = run.output / kProfileFolder;
        run.keep = KeepRun::no;
        run.argv = options_.argv;
        auto outcome = run_suite(run);
        if (!outcome) return forward(outcome);
        if (auto s = write_results(outcome->directory, outcome->results); !s) return forward(s);
        step.directory = outcome->directory.string();
        step.reading = read_state(outcome->results, kernel->arm, report_.followed->watched, options_.seeds);
        if (report_.followed->floor_of != nullptr) {  // at the first end
            const StateReading whole = read_state(outcome->results, kernel->arm, {report_.followed->watched.cell, report_.followed->floor_of}, options_.seeds);
            if (!whole.known()) step.reading = whole;
            report_.followed->tolerance = share_of(report_.followed->tolerance, whole.value);
            report_.followed->floor_of = nullptr;
        }
        step.remark = step.reading.problem;
        return step;
    }

    /// Both ends alone. False: the report says why there is nothing to search.
    Result<bool> measure_ends() {
        const size_t last = walk_.length();
        for (size_t state : {size_t{0}, last}) {
            progress_.finish(fmt::format("bisect: {} with {} alone", state == 0 ? walk_.baseline : walk_.candidate, report_.followed->watched.cell));
            auto step = measure(state);
            if (!step) return forward(step);
            step->side = state == 0 ? StateSide::baseline : StateSide::candidate;
            report_.steps.push_back(*step);
            if (step->reading.known()) continue;
            report_.steps.back().side = StateSide::unknown;
            end(BisectOutcome::invalid, step->reading.code, fmt::format("the end {} gives no answer: {}; see {}", state == 0 ? walk_.baseline : walk_.candidate, step->reading.problem, step->directory));
            return false;
        }
        report_.first_as_candidate = last;
        if (ends_differ()) return true;
        end(BisectOutcome::inconclusive, ExitCode::inconclusive,
            fmt::format("measured alone, {} of {} does not differ between the ends {}: {} and {}; other cells of the same boot may have to do with it, follow another one with --cell and --metric",
                        followed_name(*report_.followed), report_.followed->watched.cell, wanted_text(), reading_text(report_.steps[0].reading, *report_.followed),
                        reading_text(report_.steps[1].reading, *report_.followed)));
        return false;
    }

    [[nodiscard]] std::string wanted_text() const {
        if (report_.followed->watched.metric == nullptr) return "at all";
        return report_.followed->wanted == Followed::Wanted::worse ? "for the worse by more than the policy allows" : "by more than the policy allows";
    }

    [[nodiscard]] EndValues end_values() const { return {report_.steps[0].reading.value, report_.steps[1].reading.value}; }

    [[nodiscard]] bool ends_differ() const {
        const Followed& followed = *report_.followed;
        if (followed.watched.metric == nullptr) return report_.steps[0].reading.way != report_.steps[1].reading.way;
        const EndDifference difference = end_difference(end_values(), *followed.watched.metric, followed.tolerance);
        return difference == EndDifference::worse || (difference == EndDifference::better && followed.wanted == Followed::Wanted::any);
    }

    /// The nearer end, or why neither is.
    void decide(BisectStep& step) const {
        if (!step.reading.known()) return;
        if (report_.followed->watched.metric != nullptr) {
            step.side = nearer_end(step.reading.value, end_values());
            if (step.side == StateSide::unknown) step.remark = "it is as far from one end as from the other";
            return;
        }
        if (step.reading.way == report_.steps[0].reading.way) step.side = StateSide::baseline;
        else if (step.reading.way == report_.steps[1].reading.way) step.side = StateSide::candidate;
        else step.remark = "its reads are as with neither end";
    }

    Status search() {
        Bisection bisection(walk_.length());
        while (auto state = bisection.next()) {
            progress_.finish(fmt::format("bisect: state {} of {}, up to \"{}\"; about {} to try", *state, walk_.length(), walk_.patches[*state - 1].subject, bisection.steps_left()));
            auto step = measure(*state);
            if (!step) return forward(step);
            decide(*step);
            bisection.record(*state, step->side);
            progress_.finish(fmt::format("bisect: state {} is {}", *state, step_text(*step, *report_.followed)));
            report_.steps.push_back(std::move(*step));
        }
        report_.last_as_baseline = bisection.last_as_baseline();
        report_.first_as_candidate = bisection.first_as_candidate();
        if (bisection.found()) conclude_found();
        else conclude_range();
        return {};
    }

    void conclude_found() {
        const size_t number = report_.first_as_candidate;
        end(BisectOutcome::found, ExitCode::ok, fmt::format("patch {} of {} changes the verdict: {}", number, walk_.length(), patch_text(walk_.patches[number - 1])));
        if (report_.followed->watched.metric == nullptr) return;
        const double share = share_of_difference(report_.find_step(number - 1)->reading.value, report_.find_step(number)->reading.value, end_values());
        if (share < 0.5)
            report_.notes.push_back(fmt::format("it makes {:.1f} % of the difference between the ends, and is where the nearer end changes: other patches add to it", share * 100));
    }

    void conclude_range() {
        end(BisectOutcome::range, ExitCode::inconclusive,
            fmt::format("one of patches {} to {} of {} changes the verdict: the states between them could not be decided", report_.last_as_baseline + 1, report_.first_as_candidate, walk_.length()));
    }

    const BisectOptions& options_;
    const Walk& walk_;
    fs::path directory_;
    BisectReport& report_;
    Progress progress_{"bisect"};
};

Status write_outputs_of(const BisectReport& report) {
    const fs::path directory = report.directory;
    if (auto s = write_file_atomic(directory / kSummaryFileName, bisect_text(report)); !s) return s;
    return write_file_atomic(directory / kBisectFileName, json_text(bisect_json(report)) + "\n");
}

Result<Walk> make_walk(const BisectOptions& options, const fs::path& directory) {
    if (is_range(options.revision)) return walk_commits(options.candidate, options.tree, options.revision);
    return walk_series(options.baseline, options.candidate, options.tree, options.revision, directory / "states");
}

/// What a report says before anything is measured.
BisectReport begin_report(const BisectOptions& options, const Walk& walk, const Run& run, const fs::path& directory) {
    BisectReport report;
    report.baseline = walk.baseline;
    report.candidate = walk.candidate;
    report.notes = walk.notes;
    report.suite = options.suite;
    report.filter = options.filter.text();
    for (size_t i = 0; i < options.seeds; ++i) report.seeds.push_back(options.seed + i);
    report.patches = walk.patches;
    report.directory = directory.string();
    report.started_at = run.started_at;
    return report;
}

}  // namespace

std::string_view outcome_name(BisectOutcome outcome) {
    switch (outcome) {
    case BisectOutcome::found: return "found";
    case BisectOutcome::range: return "range";
    case BisectOutcome::inconclusive: return "inconclusive";
    case BisectOutcome::nothing_to_find: return "nothing-to-find";
    case BisectOutcome::invalid: break;
    }
    return "invalid";
}

const BisectStep* BisectReport::find_step(size_t state) const {
    auto found = std::find_if(steps.begin(), steps.end(), [&](const BisectStep& step) { return step.state == state; });
    return found == steps.end() ? nullptr : &*found;
}

Result<BisectReport> run_bisect(const BisectOptions& options) {
    const auto started = Clock::now();
    if (auto s = check_options(options); !s) return forward(s);
    const Run run = begin_run("bisect-" + options.suite, machine_name(MachineKind::exact), options.seed, options.argv);
    const fs::path directory = options.output.empty() ? fs::path("out") / run.id : options.output;
    auto walk = make_walk(options, directory);
    if (!walk) return forward(walk);
    BisectReport report = begin_report(options, *walk, run, directory);
    if (!options.cell.empty()) {
        auto named = named_regression(options);
        if (!named) return forward(named);
        report.followed = std::move(*named);
    }
    if (auto s = make_directories(directory); !s) return forward(s);
    if (auto s = Bisect(options, *walk, directory, report).run(); !s) return forward(s);
    report.elapsed_s = std::chrono::duration<double>(Clock::now() - started).count();
    if (auto s = write_outputs_of(report); !s) return forward(s);
    return report;
}

}  // namespace diobench
