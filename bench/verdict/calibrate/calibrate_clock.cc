// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/calibrate_clock.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/base.h"
#include "bench/host/machine/machine_check.h"
#include "bench/host/run/environment.h"
#include "bench/host/run/select_cells.h"
#include "bench/results/export/summary.h"
#include "bench/results/store/cells.h"
#include "bench/results/store/clock_file.h"
#include "bench/verdict/calibrate/clock_request.h"
#include "bench/verdict/calibrate/real_clocks.h"
#include "bench/verdict/gate/gate_plan.h"
#include "bench/verdict/gate/wall_session.h"

namespace diobench {

namespace {

constexpr const char* kWhatFails = "calibrate --clock";

/// Every cell of the suite on a machine, whatever the filter.
Result<std::vector<Cell>> suite_cells(const ClockOptions& options, MachineKind machine) {
    RunOptions run;
    run.suite = options.suite;
    run.machine = machine;
    auto selected = select_cells(run);
    if (!selected) return forward(selected);
    return std::move(selected->cells);
}

GateOptions session_options(const ClockOptions& options, MachineKind machine, const std::string& candidate) {
    GateOptions out;
    out.baseline = options.baseline;
    out.candidate = candidate;
    out.suite = options.suite;
    out.machine = machine;
    out.seed = options.seed;
    out.seeds = options.seeds;
    out.policy = options.policy;
    out.tree = options.tree;
    out.revision = options.revision;
    out.argv = options.argv;
    out.attribute = false;
    out.cost_model = machine == MachineKind::exact;
    out.go_on = options.go_on;
    return out;
}

Result<std::string> name_of_series(const std::string& given) {
    auto kernel = resolve_kernel(given);
    if (!kernel) return forward(kernel);
    return std::move(kernel->name);
}

Result<ClockArms> arms_of_clock(const ClockOptions& options) {
    if (options.candidates.empty()) return fail(kWhatFails, "KERNEL", "at least one that is held against the baseline");
    auto baseline = name_of_series(options.baseline);
    if (!baseline) return forward(baseline);
    ClockArms out{*baseline, {}};
    for (const auto& given : options.candidates) {
        auto name = name_of_series(given);
        if (!name) return forward(name);
        if (*name == *baseline) return fail(kWhatFails, given, "it is the baseline: a kernel has no ratio with itself");
        if (std::find(out.candidates.begin(), out.candidates.end(), *name) != out.candidates.end()) return fail(kWhatFails, given, "it is named twice");
        out.candidates.push_back(*name);
    }
    return out;
}

/// What is known before the first boot, and what is measured then.
class ClockCalibrator {
public:
    ClockCalibrator(const ClockOptions& options, WallSettings wall, ClockArms arms, std::vector<Cell> cells, fs::path directory)
        : options_(options), wall_(wall), arms_(std::move(arms)), cells_(std::move(cells)), directory_(std::move(directory)),
          pairs_(options.pairs > 0 ? options.pairs : wall_.min_pairs) {}

    /// The cells that the filter takes. Before anything else.
    Status choose() {
        auto chosen = choose_cells(options_.filter, named_cells(cells_), "suite " + options_.suite);
        if (!chosen) return forward(chosen);
        for (const size_t place : *chosen)
            if (cells_[place].backend != kNull) wanted_.insert(cells_[place].id());
        if (wanted_.empty()) return fail(kWhatFails, join(options_.filter.words(), " "), "only cells that read nothing match it: there is no ratio of these");
        return {};
    }

    [[nodiscard]] size_t pairs() const { return pairs_; }

    /// Both kernels of each pair, seed by seed.
    Status measure_exact() {
        for (size_t i = 0; i < options_.candidates.size(); ++i) {
            fmt::print(stderr, "machine exact: {} and {}, {} seed{}\n", arms_.baseline, arms_.candidates[i], options_.seeds, options_.seeds == 1 ? "" : "s");
            const GateOptions session = session_options(options_, MachineKind::exact, options_.candidates[i]);
            auto runs = runs_of(session, i, {wanted_.begin(), wanted_.end()});
            if (!runs) return forward(runs);
            for (size_t seed = 0; seed < options_.seeds; ++seed) {
                auto pair = runs->pair_side_by_side(options_.seed + seed, nullptr);
                if (!pair) return forward(pair);
                exact_.push_back(std::move(*pair));
            }
        }
        return {};
    }

    Result<ClockOfHost> hold(MachineKind machine) {
        ClockOfHost out;
        out.machine = machine_name(machine);
        auto why_not = why_not_proven(machine);
        if (!why_not) return forward(why_not);
        auto cells = cells_on(machine, out.exact_device);
        if (!cells) return forward(cells);
        if (why_not->empty() && cells->empty()) *why_not = fmt::format("no cell that matches {} is on the device that its own is held against, {}", options_.filter.text(), out.exact_device);
        if (!why_not->empty()) {
            out.reason = std::move(*why_not);
            fmt::print(stderr, "machine {} is skipped: {}\n", out.machine, out.reason);
            return out;
        }
        out.outcome = ClockOfHost::Outcome::measured;
        const bool own_kernel = machine == MachineKind::host;
        std::vector<RunPair> real;
        for (size_t i = 0; i < (own_kernel ? 1 : options_.candidates.size()); ++i)
            if (auto s = boot_pairs(machine, i, *cells, real, out); !s) return forward(s);
        out.boots = 2 * real.size();
        if (real.empty()) return out;  // too busy, which is said
        const ClockNames names{own_kernel ? kHostKernel : "", out.exact_device};
        std::vector<Cell> held;
        for (const Cell& cell : *cells)
            if (cell.backend != kNull) held.push_back(cell);
        for (const auto& planned : plan_ratios(held, arms_, names)) out.ratios.push_back(hold_ratio(planned, exact_, real, out.machine, wall_.confidence));
        return out;
    }

private:
    Result<GateRuns> runs_of(const GateOptions& session, size_t candidate, std::vector<std::string> only) const {
        const fs::path place = directory_ / fmt::format("{}-{}", machine_name(session.machine), candidate + 1);
        if (auto s = make_directories(place); !s) return forward(s);
        auto runs = GateRuns::create(session, place);
        if (runs) runs->measure_only(std::move(only));
        return runs;
    }

    /// The wanted cells as this machine calls them, and of their devices the null engine's, which show whether the host was left
    /// alone. `exact_device` becomes what its one device is held against.
    Result<std::vector<Cell>> cells_on(MachineKind machine, std::string& exact_device) const {
        auto all = suite_cells(options_, machine);
        if (!all) return forward(all);
        if (machine != MachineKind::uml) exact_device = cells_.front().device;
        auto is_wanted = [&](Cell cell) {
            if (machine == MachineKind::host && cell.backend == kFscache) return false;
            if (!exact_device.empty()) cell.device = exact_device;
            return wanted_.contains(cell.id());
        };
        std::set<std::string> devices;
        for (const Cell& cell : *all)
            if (is_wanted(cell)) devices.insert(cell.device);
        std::vector<Cell> out;
        for (const Cell& cell : *all)
            if (is_wanted(cell) || (cell.backend == kNull && devices.contains(cell.device))) out.push_back(cell);
        return out;
    }

    Status boot_pairs(MachineKind machine, size_t candidate, const std::vector<Cell>& cells, std::vector<RunPair>& real, ClockOfHost& out) {
        const bool own_kernel = machine == MachineKind::host;
        // Both sides of a pair are the same kernel there: half as many pairs are as many boots of it.
        const size_t count = own_kernel ? (pairs_ + 1) / 2 : pairs_;
        fmt::print(stderr, "machine {}: {} pairs of boots of {}\n", machine_name(machine), count,
                   own_kernel ? "the kernel that runs here" : fmt::format("{} and {}", arms_.baseline, arms_.candidates[candidate]));
        const GateOptions session = session_options(options_, machine, options_.candidates[candidate]);
        std::vector<std::string> ids;
        for (const Cell& cell : cells) ids.push_back(cell.id());
        auto runs = runs_of(session, candidate, std::move(ids));
        if (!runs) return forward(runs);
        // Ratios within a boot would hold what the first of two reads did to the machine.
        runs->alternate_order();
        WallSession wall(*runs, wall_, options_.seed);
        std::vector<RunPair> pairs;
        if (auto s = wall.collect(count, pairs); !s) return s;
        out.disturbed += wall.disturbed();
        if (pairs.size() < count && wall.gave_up()) {
            out.outcome = ClockOfHost::Outcome::too_busy;
            out.reason = fmt::format("this host is too busy for a stopwatch: {} pairs of boots were disturbed, the last since {}; calibrate again when it is idle", wall.disturbed(),
                                     wall.last_disturbance());
        }
        for (auto& pair : pairs) real.push_back(std::move(pair));
        return {};
    }

    const ClockOptions& options_;
    WallSettings wall_;
    ClockArms arms_;
    std::vector<Cell> cells_;  ///< of the suite, on the exact machine
    fs::path directory_;
    size_t pairs_;
    std::set<std::string> wanted_;
    std::vector<RunPair> exact_;
};

/// An error if nothing on this host has a real clock; what is skipped is said then.
Status require_a_clock(const std::vector<MachineKind>& machines) {
    std::vector<std::string> reasons;
    for (const MachineKind machine : machines) {
        std::string why = why_not_here(machine);
        if (why.empty()) return {};
        reasons.push_back(fmt::format("{}: {}", machine_name(machine), why));
    }
    return fail(kWhatFails, "", "no machine with a real clock runs on this host: " + join(reasons, "; "));
}

/// The numbers on a front are of all main reads, and an older answer is better than none.
std::string why_not_for_reports(const ClockReport& report, const WallSettings& wall) {
    if (report.filter != "*" || report.suite != kHeadlineSuite) return "a part of the headline cells says nothing of the whole";
    if (report.pairs < static_cast<int64_t>(wall.min_pairs)) return fmt::format("the policy wants {} pairs of boots", wall.min_pairs);
    return report.exit_code() == ExitCode::inconclusive ? "it decides nothing" : "";
}

Status check_clock_options(const ClockOptions& options) {
    if (options.pairs != 0 && options.pairs < kFewestPairs)
        return fail(kWhatFails, fmt::format("--pairs {}", options.pairs), fmt::format("at least {}: fewer have no interval, and nothing could be judged", kFewestPairs));
    if (options.seeds == 0) return fail(kWhatFails, "--seeds 0", "at least one");
    return {};
}

}  // namespace

Result<ClockOutcome> calibrate_clock(const ClockOptions& options) {
    const auto started = std::chrono::steady_clock::now();
    if (auto s = check_clock_options(options); !s) return forward(s);
    GateOptions with_policy;
    with_policy.policy = options.policy;
    auto policy = find_policy(with_policy);
    if (!policy) return forward(policy);
    auto arms = arms_of_clock(options);
    if (!arms) return forward(arms);
    auto cells = suite_cells(options, MachineKind::exact);
    if (!cells) return forward(cells);
    std::vector<MachineKind> machines(kRealClocks.begin(), kRealClocks.end());
    if (options.machine) machines = {*options.machine};
    if (auto s = require_a_clock(machines); !s) return forward(s);
    if (auto s = require_machine({MachineKind::exact, Accelerator::tcg}); !s) return forward(s);

    const Run run = begin_run("clock", machine_name(MachineKind::exact), options.seed, options.argv);
    ClockOutcome out;
    out.directory = options.output.empty() ? fs::path("out") / run.id : options.output;
    ClockCalibrator calibrator(options, policy->wall, *arms, std::move(*cells), out.directory);
    if (auto s = calibrator.choose(); !s) return forward(s);
    if (auto s = make_directories(out.directory); !s) return forward(s);
    if (auto s = write_clock_request(out.directory, options); !s) return forward(s);
    fmt::print(stderr, "If it is broken off: diobench calibrate --clock --resume {}\n", out.directory.string());

    if (auto s = calibrator.measure_exact(); !s) return forward(s);
    for (const MachineKind machine : machines) {
        auto clock = calibrator.hold(machine);
        if (clock) {
            out.report.clocks.push_back(std::move(*clock));
            continue;
        }
        if (interrupted()) return forward(clock);
        // What other clocks said stands.
        ClockOfHost failed;
        failed.machine = machine_name(machine);
        failed.outcome = ClockOfHost::Outcome::failed;
        failed.reason = clock.error().message();
        fmt::print(stderr, "machine {}: {}\n", failed.machine, failed.reason);
        out.report.clocks.push_back(std::move(failed));
    }
    ClockReport& report = out.report;
    report.measured_at = run.started_at;
    report.suite = options.suite;
    report.filter = options.filter.text();
    report.kernels = arms->candidates;
    report.kernels.insert(report.kernels.begin(), arms->baseline);
    report.seeds = static_cast<int64_t>(options.seeds);
    report.pairs = static_cast<int64_t>(calibrator.pairs());
    report.confidence = policy->wall.confidence;
    report.host = run.host;
    report.tool = run.tool;
    report.elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    if (auto s = write_clock(out.directory, report.to_json()); !s) return forward(s);
    if (auto s = write_file_atomic(out.directory / kSummaryFileName, clock_text(report)); !s) return forward(s);
    out.why_not_kept = why_not_for_reports(report, policy->wall);
    if (out.why_not_kept.empty())
        if (auto s = keep_clock(report.to_json()); !s) return forward(s);
    return out;
}

}  // namespace diobench
