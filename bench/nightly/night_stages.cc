// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/night_stages.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/base.h"
#include "bench/host/kernel/fetch_base.h"
#include "bench/host/kernel/source.h"
#include "bench/host/kernel/touched_functions.h"
#include "bench/host/profile/read_profiles.h"
#include "bench/host/run/resume_file.h"
#include "bench/host/run/run_suite.h"
#include "bench/host/verify/verify_kernels.h"
#include "bench/nightly/night_baseline.h"
#include "bench/results/export/report.h"
#include "bench/results/history/draw_report.h"
#include "bench/results/store/cells.h"
#include "bench/verdict/gate/gate_outputs.h"
#include "bench/verdict/gate/gate_self_test.h"
#include "bench/verdict/gate/judge_given.h"
#include "bench/verdict/gate/run_gate.h"
#include "bench/verdict/judge/attribute.h"
#include "bench/verdict/judge/deciding_lines.h"
#include "bench/verdict/judge/gate_answer.h"
#include "bench/verdict/judge/gate_json.h"
#include "bench/verdict/judge/metric_words.h"
#include "bench/verdict/judge/unseen.h"

namespace diobench {

namespace {

constexpr auto kFetchLimit = std::chrono::minutes(30);

fs::path verify_folder(const NightWork& night) { return night.folder / "verify"; }
fs::path run_folder(const NightWork& night, uint64_t seed) { return night.folder / "runs" / fmt::format("seed-{}", seed); }

fs::path profile_folder(const fs::path& run) { return run / kProfileFolder; }

bool was_done(const fs::path& folder) { return fs::exists(folder / kResultsFileName); }

Result<Results> verify_kernels_of(const NightWork& night, const std::vector<std::string>& kernels) {
    if (was_done(verify_folder(night))) return read_results(verify_folder(night));
    VerifyOptions options;
    options.kernels = kernels;
    options.seed = night.config.seed;
    options.output = verify_folder(night);
    options.tree = night.config.tree;
    options.revision = night.config.revision;
    options.argv = night.options.argv;
    auto outcome = verify_kernels(options);
    if (!outcome) return forward(outcome);
    return std::move(outcome->results);
}

void take_verification(NightWork& night, const KernelResult& result) {
    KernelOfNight& kernel = night.kernel(result.name);
    kernel.verified = 0;
    std::string first;
    for (const auto& entry : result.conformance) {
        kernel.verified += entry.status == ConformanceStatus::pass ? 1 : 0;
        if (entry.status != ConformanceStatus::fail || entry.known) continue;
        ++kernel.new_failures;
        if (first.empty()) first = entry.case_name;
    }
    if (result.status == KernelStatus::build_failed) {
        night.find(Verdict::invalid, ExitCode::usage, fmt::format("{} (checked kernel): {}", result.name, result.reason), result.name);
    } else if (kernel.new_failures > 0) {
        night.find(Verdict::regression, ExitCode::failed_check, fmt::format("{} is wrong: {} conformance cases fail, the first is {}", result.name, kernel.new_failures, first), result.name);
    } else if (result.status != KernelStatus::ok || kernel.verified == 0) {
        night.find(Verdict::invalid, ExitCode::invalid, fmt::format("{} was not verified: {}", result.name, result.reason.empty() ? "no case ran" : result.reason), result.name);
    }
}

Result<Results> measure_seed(const NightWork& night, uint64_t seed) {
    const fs::path folder = run_folder(night, seed);
    if (was_done(folder)) return read_results(folder);
    RunOptions options;
    if (fs::exists(folder / kResumeFileName)) {
        auto resumed = read_resume_file(folder);
        if (!resumed) return forward(resumed);
        options = std::move(*resumed);
    } else {
        options = night_run(night.config, seed, folder);
        options.argv = night.options.argv;
    }
    options.on_progress = [&](size_t done, size_t total, std::string_view what) { night.progress->update(done, total, what); };
    auto outcome = run_suite(options);
    if (!outcome) return forward(outcome);
    // Where a difference went is told of the first seed.
    if (std::error_code error; seed != night.config.seed) fs::remove_all(profile_folder(folder), error);
    return std::move(outcome->results);
}

/// A night has one kernel of a name: with every seed the same image, and what was verified.
void check_identity(NightWork& night, const KernelResult& result, int64_t seed) {
    const KernelOfNight& before = night.kernel(result.name);
    if (!before.image_sha256.empty() && before.image_sha256 != result.image_sha256)
        night.find(Verdict::invalid, ExitCode::invalid, fmt::format("{}: with seed {} another kernel was measured than with the seeds before: what it is built of changed during the night", result.name, seed), result.name);
    for (const auto& verified : night.verified)
        if (verified.name == result.name && (verified.patch_sha256 != result.patch_sha256 || verified.base_version != result.base_version))
            night.find(Verdict::invalid, ExitCode::invalid, fmt::format("{}: with seed {} another kernel was measured than was verified: what it is built of changed during the night", result.name, seed), result.name);
}

void take_kernel(NightWork& night, const KernelResult& result, int64_t seed) {
    if (result.status == KernelStatus::ok) check_identity(night, result, seed);
    KernelOfNight& kernel = night.kernel(result.name);
    kernel.base_version = result.base_version;
    kernel.image_sha256 = result.image_sha256;
    if (result.status == KernelStatus::ok) return;
    const bool build = result.status == KernelStatus::build_failed;
    night.find(Verdict::invalid, build ? ExitCode::usage : ExitCode::invalid, fmt::format("{}: {} (seed {}): {}", result.name, status_name(result.status), seed, result.reason), result.name);
}

/// Kernels of nightly.toml that a run knows nothing of.
void find_missing_kernels(NightWork& night, const Results& run) {
    for (const auto& kernel : night.config.kernels)
        if (run.find_kernel(arm_name(kernel.series)) == nullptr)
            night.find(Verdict::invalid, ExitCode::invalid, fmt::format("{} was not measured with seed {}", arm_name(kernel.series), run.run.seed), arm_name(kernel.series));
}

void take_cell(NightWork& night, const CellResult& cell) {
    KernelOfNight& kernel = night.kernel(cell.kernel);
    if (cell.status == CellStatus::ok) ++kernel.cells_ok;
    else if (cell.status == CellStatus::unsupported) ++kernel.cells_unsupported;
    else if (cell.known) ++kernel.cells_known;
    else ++kernel.cells_missing;
}

/// Cells without a number whose kernel was fine, as one finding a kernel.
void find_missing_cells(NightWork& night) {
    for (const auto& kernel : night.record.kernels) {
        if (kernel.cells_missing == 0) continue;
        std::string first;
        for (const auto& run : night.runs)
            for (const auto& cell : run.cells)
                if (first.empty() && cell.kernel == kernel.name && !cell.known && (cell.status == CellStatus::invalid || cell.status == CellStatus::failed))
                    first = fmt::format("{}: {}", cell.cell, cell.reason);
        night.find(Verdict::invalid, ExitCode::invalid, fmt::format("{}: {} cells have no number, the first is {}", kernel.name, kernel.cells_missing, first), kernel.name);
    }
}

GateOptions gate_options(const NightWork& night, const std::string& candidate) {
    GateOptions options;
    options.candidate = candidate;
    options.suite = night.config.suite;
    options.filter = night.config.filter;
    options.machine = night.config.machine;
    options.seed = night.config.seed;
    options.seeds = night.config.seeds;
    options.policy = night.config.policy;
    options.tree = night.config.tree;
    options.revision = night.config.revision;
    options.output = night.folder / "gates" / arm_name(candidate);
    options.argv = night.options.argv;
    return options;
}

std::set<std::string> cells_of(const std::vector<Results>& runs, const std::string& kernel) {
    std::set<std::string> out;
    for (const auto& run : runs)
        for (const auto& cell : run.cells)
            if (cell.kernel == kernel) out.insert(cell.cell);
    return out;
}

/// Leaves out the cells that the other side does not have, and says so: every planned cell of tonight is in its runs, with a
/// number or without.
void leave_out(NightWork& night, const std::string& kernel, const std::set<std::string>& of, const std::set<std::string>& other, std::string_view why, std::set<std::string>& out) {
    size_t count = 0;
    std::string first;
    for (const auto& cell : of) {
        if (other.contains(cell)) continue;
        if (++count == 1) first = cell;
        out.insert(cell);
    }
    if (count > 0) night.record.notes.push_back(fmt::format("{}: {} cells {} (the first is {})", kernel, count, why, first));
}

std::vector<Results> with_seeds_of(const std::vector<Results>& runs, const std::vector<Results>& others) {
    std::vector<Results> out;
    for (const auto& run : runs)
        if (std::any_of(others.begin(), others.end(), [&](const Results& other) { return other.run.seed == run.run.seed; })) out.push_back(run);
    return out;
}

/// What the kernels of a run counted, if that is still there and of this run.
Result<Profiles> profiles_of(const fs::path& folder, const std::string& run_id) {
    auto results = read_results(folder);
    if (!results) return forward(results);
    if (results->run.id != run_id) return fail("attribute", folder.string(), fmt::format("it is of run {}, not {}", results->run.id, run_id));
    return read_profiles(profile_folder(folder), *results);
}

/// Which functions account for the differences, with the first seed.
void attribute(const NightWork& night, const NightKernel& kernel, const NightBaseline& baseline, const std::vector<Results>& tonight, GateReport& report) {
    const auto of_seed = [&](const std::vector<Results>& runs) {
        return std::find_if(runs.begin(), runs.end(), [&](const Results& run) { return run.run.seed == static_cast<int64_t>(night.config.seed); });
    };
    const auto now = of_seed(tonight);
    const auto then = of_seed(baseline.runs);
    const auto lines = deciding_lines(report);
    const bool differs = !better_lines(report).empty() || std::any_of(lines.begin(), lines.end(), [](const DecidingLine& line) { return line.metric != nullptr; });
    if (!differs || now == tonight.end() || then == baseline.runs.end()) return;
    const fs::path run = run_folder(night, night.config.seed);
    const fs::path earlier = baseline.night.empty() ? run : night.folder.parent_path() / baseline.night / run.lexically_relative(night.folder);
    auto candidate = profiles_of(run, now->run.id);
    auto old = profiles_of(earlier, then->run.id);
    if (!candidate || !old) {
        report.notes.push_back(fmt::format("which functions account for it is not known, the counts of a run are gone ({}); diobench gate tells", (candidate ? old : candidate).error().message()));
        return;
    }
    std::set<std::string> patched;
    const auto of_night = std::find_if(night.config.kernels.begin(), night.config.kernels.end(), [&](const NightKernel& one) { return arm_name(one.series) == baseline.kernel; });
    auto version_of = [](const Results& measured, const std::string& arm) {
        const KernelResult* result = measured.find_kernel(arm);
        return result == nullptr ? std::string() : result->base_version;
    };
    auto old_series = resolve_kernel_at(of_night == night.config.kernels.end() ? baseline.kernel : of_night->series, version_of(*then, baseline.kernel));
    auto new_series = resolve_kernel_at(kernel.series, version_of(*now, arm_name(kernel.series)));
    if (old_series && new_series)
        if (auto between = functions_between(old_series->chain, new_series->chain)) patched = std::move(*between);
    attribute_by_instructions({night.config.seed, std::move(*old), std::move(*candidate)}, patched, report);
}

/// Runs of tonight against runs that there are.
Result<GateReport> judge_against(NightWork& night, const NightKernel& kernel, const NightBaseline& baseline, const std::vector<SelfTest>& self_tests) {
    GateOptions options = gate_options(night, kernel.series);
    options.baseline = baseline.kernel;
    options.candidate = arm_name(kernel.series);
    options.output.clear();  // written once everything is known
    const auto tonight = with_seeds_of(night.runs, baseline.runs);
    const auto now = cells_of(tonight, options.candidate);
    const auto then = cells_of(baseline.runs, baseline.kernel);
    leave_out(night, options.candidate, now, then, "are new, nothing to compare them with", options.not_judged);
    leave_out(night, options.candidate, then, now, "of the baseline are not measured any more", options.not_judged);
    for (const auto& cell : now)
        if (!match_glob(baseline.cells, cell)) options.not_judged.insert(cell);
    auto report = judge_results(with_seeds_of(baseline.runs, tonight), tonight, options, self_tests);
    if (!report) return forward(report);
    attribute(night, kernel, baseline, tonight, *report);
    report->baseline = baseline.name;
    report->started_at = night.record.started_at;
    for (const auto& note : report->notes)
        if (note.starts_with(kNotCountedNote)) night.record.notes.push_back(fmt::format("{} against {}: {}", arm_name(kernel.series), baseline.name, note));
    return report;
}

Result<NightBaseline> find_baseline(NightWork& night, const NightKernel& kernel) {
    auto store = ResultStore::open();
    if (!store) return forward(store);
    const std::string name = arm_name(kernel.series);
    if (kernel.against == kLastGood) return last_good_baseline(*store, name, night.runs);
    if (kernel.against.starts_with(kPinPrefix)) return pinned_baseline(*store, kernel.against.substr(kPinPrefix.size()), name, night.runs);
    return NightBaseline{kernel.against, kernel.against, night.runs, "", "", true, "*"};
}

/// The gravest cause, however many cells it is, and how many others there are.
std::string worst_line(const GateReport& report) {
    const auto causes = deciding_causes(report);
    if (causes.empty()) return {};
    return cause_line(report, causes.front()) + (causes.size() > 1 ? fmt::format("; and {}", plural(causes.size() - 1, "other cause")) : "");
}

Status keep_gate(NightWork& night, const NightKernel& kernel, GateReport report) {
    const std::string name = arm_name(kernel.series);
    report.directory = (night.folder / "gates" / name).string();
    if (auto s = write_gate_outputs(report.directory, report); !s) return s;
    KernelOfNight& row = night.kernel(name);
    row.baseline = report.baseline;
    row.verdict = verdict_name(report.verdict);
    row.judged = gate_headline(report);
    row.worst = worst_line(report);
    if (report.verdict != Verdict::pass)
        night.find(report.verdict, report.exit_code, fmt::format("{} against {}: {}", name, report.baseline, report.problems.empty() ? row.worst : report.problems.front()), name);
    return record_gate(report);
}

/// One kernel by wall clock: the gate makes boots of its own.
Status judge_by_wall(NightWork& night, const NightKernel& kernel) {
    GateOptions options = gate_options(night, kernel.series);
    for (const auto& other : night.config.kernels)
        if (arm_name(other.series) == kernel.against) options.baseline = other.series;
    auto report = run_gate(options);
    if (!report) return forward(report);
    return keep_gate(night, kernel, std::move(*report));
}

Status judge_kernel(NightWork& night, const NightKernel& kernel, const std::vector<SelfTest>& self_tests) {
    if (night.config.machine != MachineKind::exact) return judge_by_wall(night, kernel);
    auto baseline = find_baseline(night, kernel);
    if (!baseline) return forward(baseline);
    if (baseline->runs.empty()) {
        const std::string name = arm_name(kernel.series);
        night.kernel(name).judged = baseline->why;
        if (baseline->wanted) night.find(Verdict::inconclusive, ExitCode::inconclusive, fmt::format("{} was not judged against {}: {}", name, kernel.against, baseline->why), name);
        return {};
    }
    auto report = judge_against(night, kernel, *baseline, self_tests);
    if (!report) return forward(report);
    return keep_gate(night, kernel, std::move(*report));
}

/// The first kernel that booted, for the machine's self-tests.
const NightKernel* healthy_kernel(const NightWork& night) {
    for (const auto& kernel : night.config.kernels) {
        const KernelResult* result = night.runs.empty() ? nullptr : night.runs.front().find_kernel(arm_name(kernel.series));
        if (result != nullptr && result->status == KernelStatus::ok) return &kernel;
    }
    return nullptr;
}

Result<std::vector<SelfTest>> test_machine(NightWork& night) {
    const NightKernel* kernel = healthy_kernel(night);
    if (night.config.machine != MachineKind::exact || kernel == nullptr) return std::vector<SelfTest>();
    auto outcome = run_self_tests(gate_options(night, kernel->series), night.folder);
    if (!outcome) return forward(outcome);
    if (!outcome->problem.empty()) night.find(Verdict::invalid, ExitCode::invalid, "self-tests: " + outcome->problem);
    for (const auto& test : outcome->tests)
        if (test.outcome == SelfTest::Outcome::failed) night.find(Verdict::invalid, ExitCode::invalid, fmt::format("self-test failed: {}: {}", test.name, test.detail));
    return std::move(outcome->tests);
}

Status fetch_remote(NightWork& night) {
    if (night.config.fetch.empty()) return {};
    CommandOptions options;
    options.time_limit = kFetchLimit;
    options.environment = {{"GIT_TERMINAL_PROMPT", "0"}};
    auto done = run_checked({"git", "-C", night.config.tree.string(), "fetch", "--quiet", night.config.fetch}, options);
    if (interrupted()) return interrupted_error("fetch");
    if (!done) night.record.source_problem = "what is new was not fetched: " + done.error().message();
    return {};
}

/// A branch may move while the night lasts, and before it goes on.
Status fix_commit(NightWork& night) {
    if (night.config.revision.empty()) return {};
    auto commit = git_commit(night.config.tree, night.config.revision);
    if (!commit) return forward(commit);
    night.record.source_commit = *commit;
    return {};
}

/// The newest point release, or if that cannot be had the newest that is here.
Status fetch_debian(NightWork& night) {
    if (night.config.debian.empty()) return {};
    Progress progress("fetch");
    auto fetched = fetch_newest_of(night.config.debian, progress);
    if (interrupted()) return interrupted_error("fetch");
    if (fetched) {
        night.record.source_commit = fetched->source.debian.version;
        return {};
    }
    const auto here = newest_here(night.config.debian);
    if (!here) return forward(fetched);
    night.record.source_problem = fmt::format("what is new was not fetched, {} is taken: {}", here->debian.version, fetched.error().message());
    night.record.source_commit = here->debian.version;
    return {};
}

/// What the night began with, from now on whatever is new.
Status use_source(NightWork& night) {
    if (night.config.debian.empty()) {
        if (!night.record.source_commit.empty()) night.config.revision = night.record.source_commit;
        return {};
    }
    const auto source = package_here(night.record.source_commit);
    if (!source) return fail("nightly", night.config.file.string(), fmt::format("Debian's source {} that it began with is gone from the cache", night.record.source_commit));
    night.config.tree = source->tarball;
    return {};
}

}  // namespace

std::string arm_name(const std::string& series) {
    return shown_name(series);
}

RunOptions night_run(const NightConfig& config, uint64_t seed, const fs::path& folder) {
    RunOptions options;
    for (const auto& one : config.kernels) options.kernels.push_back(one.series);
    options.suite = config.suite;
    options.filter = config.filter;
    options.machine = config.machine;
    options.seed = seed;
    options.output = folder;
    options.tree = config.tree;
    options.revision = config.revision;
    if (options.machine == MachineKind::exact) options.profile_directory = profile_folder(folder);
    return options;
}

KernelOfNight& NightWork::kernel(const std::string& name) {
    auto found = std::find_if(record.kernels.begin(), record.kernels.end(), [&](const KernelOfNight& k) { return k.name == name; });
    if (found != record.kernels.end()) return *found;
    record.kernels.emplace_back().name = name;
    return record.kernels.back();
}

Status fetch_source(NightWork& night) {
    // A night that goes on does so with the source that it began with.
    if (night.record.source_commit.empty()) {
        night.record.source_problem.clear();
        if (auto s = fetch_remote(night); !s) return s;
        if (auto s = fetch_debian(night); !s) return s;
        if (auto s = fix_commit(night); !s) return s;
    }
    if (auto s = use_source(night); !s) return s;
    // A night with the source of yesterday is better than none, and not a good one.
    if (!night.record.source_problem.empty()) night.find(Verdict::inconclusive, ExitCode::inconclusive, night.record.source_problem);
    return {};
}

Status verify_night(NightWork& night) {
    std::vector<std::string> kernels;
    for (const auto& kernel : night.config.kernels)
        if (kernel.verify) kernels.push_back(kernel.series);
    if (kernels.empty()) return {};
    auto results = verify_kernels_of(night, kernels);
    if (!results) return forward(results);
    for (const auto& kernel : results->kernels) take_verification(night, kernel);
    night.verified = std::move(results->kernels);
    return {};
}

Status measure_night(NightWork& night) {
    for (uint64_t i = 0; i < night.config.seeds; ++i) {
        const uint64_t seed = night.config.seed + i;
        night.progress->stage("measure", fmt::format("seed {}", seed));
        auto results = measure_seed(night, seed);
        if (!results) return forward(results);
        night.record.runs.push_back(results->run.id);
        find_missing_kernels(night, *results);
        for (const auto& kernel : results->kernels) take_kernel(night, kernel, results->run.seed);
        for (const auto& cell : results->cells) take_cell(night, cell);
        night.runs.push_back(std::move(*results));
    }
    find_missing_cells(night);
    return {};
}

Status judge_night(NightWork& night) {
    if (std::all_of(night.config.kernels.begin(), night.config.kernels.end(), [](const NightKernel& k) { return k.against.empty(); })) return {};
    auto self_tests = test_machine(night);
    if (!self_tests) return forward(self_tests);
    for (const auto& kernel : night.config.kernels) {
        const KernelResult* result = night.runs.empty() ? nullptr : night.runs.front().find_kernel(arm_name(kernel.series));
        if (kernel.against.empty() || result == nullptr) continue;
        if (result->status != KernelStatus::ok) {
            night.kernel(arm_name(kernel.series)).judged = fmt::format("{}", status_name(result->status));
            continue;
        }
        if (auto s = judge_kernel(night, kernel, *self_tests); !s) return s;
    }
    return {};
}

Status report_night(NightWork& night) {
    if (night.runs.empty()) return {};
    auto revises = known_revisions();
    if (!revises) return forward(revises);
    for (const auto& kernel : night.record.kernels) {
        if (kernel.verdict.empty() || kernel.verdict == verdict_name(Verdict::pass)) continue;
        if (auto page = write_report(night.folder / "gates" / kernel.name); !page) return forward(page);
    }
    auto report = draw_report(run_folder(night, night.config.seed), night.runs.front(), *revises, night.options.wanted);
    if (!report) return forward(report);
    return {};
}

}  // namespace diobench
