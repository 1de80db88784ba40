// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/calibrate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>

#include "bench/common/base/faults.h"
#include "bench/common/base/near_name.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/measure/metric_table.h"
#include "bench/host/kernel/base.h"
#include "bench/host/run/environment.h"
#include "bench/results/export/summary.h"
#include "bench/results/store/calibration_file.h"
#include "bench/results/store/cells.h"
#include "bench/verdict/calibrate/expected.h"
#include "bench/verdict/gate/run_gate.h"
#include "bench/verdict/judge/deciding_lines.h"

namespace diobench {

namespace {

using Clock = std::chrono::steady_clock;

/// An expected function must be among so many that account for most of a difference.
constexpr size_t kLeadingFunctions = 5;

fs::path mutants_folder() { return project_root() / "kernel-patches/mutants"; }

Result<std::vector<Series>> mutants_named(std::string_view prefix, const std::vector<std::string>& only) {
    auto all = list_series(mutants_folder());
    if (!all) return forward(all);
    std::vector<std::string> names;
    for (const Series& one : *all) names.push_back(one.name);
    Faults faults;
    for (const auto& name : only)
        if (std::find(names.begin(), names.end(), name) == names.end())
            faults.add(fail("calibrate", name, "there is no such kernel in " + mutants_folder().string() + did_you_mean(name, names)));
    if (auto s = faults.status(); !s) return forward(s);
    std::vector<Series> out;
    for (auto& one : *all)
        if (only.empty() ? one.name.starts_with(prefix) : std::find(only.begin(), only.end(), one.name) != only.end()) out.push_back(std::move(one));
    return out;
}

GateOptions gate_options(const CalibrateOptions& options, const std::string& candidate, const fs::path& output) {
    GateOptions out;
    out.baseline = options.baseline;
    out.candidate = candidate;
    out.suite = options.suite;
    out.filter = options.filter;
    out.machine = options.machine;
    out.seed = options.seed;
    out.seeds = options.seeds;
    out.policy = options.policy;
    out.output = output;
    out.tree = options.tree;
    out.revision = options.revision;
    out.argv = options.argv;
    return out;
}

void add_gate(const GateReport& report, NullTrial& trial) {
    ++trial.gates;
    for (const auto& cell : report.cells) {
        trial.cells += cell.metrics.empty() ? 0 : 1;
        // Reads that are not direct any more, or refused.
        trial.false_alarms += cell.metrics.empty() && cell.verdict == Verdict::regression ? 1 : 0;
        for (const auto& metric : cell.metrics) {
            ++trial.metrics;
            trial.false_alarms += metric.verdict == Verdict::regression ? 1 : 0;
            trial.undecided += metric.verdict == Verdict::inconclusive ? 1 : 0;
            const double size = std::abs(metric.paired.relative) * metric.part;
            if (is_count(*metric.metric) || !std::isfinite(size) || size <= trial.largest) continue;
            trial.largest = size;
            trial.largest_where = fmt::format("{} of {}", metric.metric->name, cell.cell);
        }
    }
}

std::string why_nothing(const GateReport& report) {
    if (!report.problems.empty()) return report.problems.front();
    for (const auto& test : report.self_tests)
        if (test.outcome == SelfTest::Outcome::failed) return test.detail;
    const auto lines = deciding_lines(report);
    return lines.empty() ? "the gate says nothing" : fmt::format("{}: {}", lines.front().cell->cell, lines.front().cell->reason);
}

std::string expectation_text(const ExpectedSlowdown& expected) {
    return fmt::format("about {:g} {} a {} in {}", expected.about_per_op.value_or(expected.about_per_mib.value_or(0)), expected.metric,
                       expected.about_per_op ? "read" : "MiB", expected.cells);
}

void look_at_functions(const GateReport& report, const ExpectedSlowdown& expected, const std::string& cell, SlowTrial& trial) {
    const auto leading = leading_functions(report, cell, kLeadingFunctions);
    if (leading.empty() || trial.attributed) return;
    trial.function = leading.front().function;
    for (const auto& one : leading)
        if (std::find(expected.functions.begin(), expected.functions.end(), one.function) != expected.functions.end()) {
            trial.attributed = true;
            trial.function = one.function;
            return;
        }
}

/// By how much a metric is worse, share of the baseline: what all seeds together say, and of a count that moved with some of them only the most.
double change_of(const PairedJudgement& paired) {
    if (paired.relative != 0 || paired.differences.empty() || paired.baseline == 0) return paired.relative;
    return *std::max_element(paired.differences.begin(), paired.differences.end()) / std::abs(paired.baseline);
}

/// The expected metrics of one expected cell.
void look_at_cell(const GateReport& report, const CellReport& cell, const ExpectedSlowdown& expected, SlowTrial& trial) {
    bool judged = false, worse = false;
    double change = 0;
    for (const auto& metric : cell.metrics) {
        if (!is_expected_metric(expected, metric.metric->name)) continue;
        judged = true;
        const double own = change_of(metric.paired) * metric.part;
        change = std::max(change, own);
        if (metric.verdict != Verdict::regression) continue;
        worse = true;
        if (trial.smallest_metric.empty() || own < trial.smallest) {
            trial.smallest = own;
            trial.smallest_metric = metric.metric->name;
            trial.smallest_cell = cell.cell;
        }
    }
    trial.cells += judged ? 1 : 0;
    trial.cells_found += worse ? 1 : 0;
    if (worse) look_at_functions(report, expected, cell.cell, trial);
    else if (judged) trial.largest_missed = std::max(trial.largest_missed, change);
}

SlowTrial judge_slow(const GateReport& report, const Series& series, const ExpectedSlowdown& expected) {
    SlowTrial trial;
    trial.name = series.name;
    trial.purpose = series.purpose;
    trial.expected = expectation_text(expected);
    trial.verdict = verdict_name(report.verdict);
    if (report.verdict == Verdict::invalid) trial.problem = why_nothing(report);
    for (const auto& cell : report.cells)
        if (match_glob(expected.cells, cell.cell)) look_at_cell(report, cell, expected, trial);
    trial.found = trial.cells_found > 0;
    if (trial.cells == 0 && trial.problem.empty()) trial.problem = fmt::format("no cell of the suite matches {}", expected.cells);
    return trial;
}

/// All gates of one calibration.
class Calibrator {
public:
    Calibrator(const CalibrateOptions& options, fs::path directory, Calibration& out) : options_(options), directory_(std::move(directory)), out_(out) {}

    /// The baseline against itself, then against what is only built otherwise, each at least once, and again with other seeds until
    /// enough cells were judged.
    Status equal_kernels() {
        auto harmless = mutants_named("same-", {});
        if (!harmless) return forward(harmless);
        std::vector<std::string> candidates = {options_.baseline};
        for (const auto& one : *harmless) candidates.push_back(one.folder.string());
        for (const auto& candidate : candidates) out_.same.emplace_back().candidate = fs::path(candidate).filename().string();
        int64_t cells = 0;
        for (size_t i = 0; i < candidates.size() || cells < options_.least_cells; ++i) {
            auto report = gate_equal(candidates[i % candidates.size()], i);
            if (!report) return forward(report);
            NullTrial& trial = out_.same[i % candidates.size()];
            const int64_t before = trial.cells;
            add_gate(*report, trial);
            if (report->verdict == Verdict::invalid || trial.cells == before)
                return fail("calibrate", trial.candidate, "the gate is invalid: " + why_nothing(*report), ExitCode::invalid);
            cells += trial.cells - before;
            fmt::print(stderr, "{} against {}: {} cells judged, {} false alarms so far\n", trial.candidate, options_.baseline, cells, trial.false_alarms);
        }
        return {};
    }

    Status slowed_kernels() {
        auto slowed = mutants_named("slow-", options_.slowed);
        if (!slowed) return forward(slowed);
        for (const auto& series : *slowed) {
            auto expected = read_expected(series.folder);
            if (!expected) return forward(expected);
            GateOptions gate = gate_options(options_, series.folder.string(), directory_ / series.name);
            gate.filter.glob = expected->cells;
            auto report = run_gate(gate);
            if (!report) return forward(report);
            out_.slow.push_back(judge_slow(*report, series, *expected));
            const SlowTrial& trial = out_.slow.back();
            fmt::print(stderr, "{}: {}\n", trial.name, !trial.problem.empty() ? trial.problem : trial.found ? "found" : "missed");
        }
        return {};
    }

private:
    Result<GateReport> gate_equal(const std::string& candidate, size_t number) {
        GateOptions gate = gate_options(options_, candidate, directory_ / fmt::format("same-{}", number + 1));
        gate.seed = options_.seed + number * options_.seeds;
        return run_gate(gate);
    }

    const CalibrateOptions& options_;
    fs::path directory_;
    Calibration& out_;
};

}  // namespace

Result<CalibrateOutcome> calibrate(const CalibrateOptions& options) {
    // What is misspelt is told before hours of gates.
    Faults faults;
    faults.add(check_kernels({options.baseline}));
    faults.add(mutants_named("slow-", options.slowed));
    if (auto s = faults.status(); !s) return forward(s);
    const auto started = Clock::now();
    const Run run = begin_run("calibrate-" + options.suite, machine_name(options.machine), options.seed, options.argv);
    CalibrateOutcome out;
    out.directory = options.output.empty() ? fs::path("out") / run.id : options.output;
    if (auto s = make_directories(out.directory); !s) return forward(s);
    out.calibration.measured_at = run.started_at;
    out.calibration.machine = machine_name(options.machine);
    out.calibration.suite = options.suite;
    out.calibration.baseline = options.baseline;
    out.calibration.seeds = options.machine == MachineKind::exact ? static_cast<int64_t>(options.seeds) : 0;
    out.calibration.tool = run.tool;
    Calibrator calibrator(options, out.directory, out.calibration);
    if (auto s = calibrator.equal_kernels(); !s) return forward(s);
    if (auto s = calibrator.slowed_kernels(); !s) return forward(s);
    out.calibration.elapsed_s = std::chrono::duration<double>(Clock::now() - started).count();
    if (auto s = write_calibration(out.directory, out.calibration.to_json()); !s) return forward(s);
    if (auto s = write_file_atomic(out.directory / kSummaryFileName, calibration_text(out.calibration)); !s) return forward(s);
    // A part of one says nothing of the gate as a whole.
    out.kept = options.filter.takes_all() && options.slowed.empty();
    if (out.kept)
        if (auto s = keep_calibration(out.calibration.to_json()); !s) return forward(s);
    return out;
}

}  // namespace diobench
