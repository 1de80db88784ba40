// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/run_suite.h"

#include <algorithm>
#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/faults.h"
#include "bench/common/base/lineage.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/base.h"
#include "bench/host/kernel/build.h"
#include "bench/host/kernel/cache.h"
#include "bench/host/machine/machine_check.h"
#include "bench/host/machine/probe.h"
#include "bench/host/profile/cost_model.h"
#include "bench/host/profile/read_profiles.h"
#include "bench/host/run/boot_plan.h"
#include "bench/host/run/boot_runner.h"
#include "bench/host/run/collect.h"
#include "bench/host/run/conclude.h"
#include "bench/host/run/conformance_gate.h"
#include "bench/host/run/environment.h"
#include "bench/host/run/fio_files.h"
#include "bench/host/run/kernels_of_machine.h"
#include "bench/host/run/resume_file.h"
#include "bench/host/run/select_cells.h"
#include "bench/host/run/series_size.h"
#include "bench/host/run/write_outputs.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

/// An arm from its name to its outcome.
struct ArmRun {
    std::string name;
    std::string base;                   ///< of its name; empty: the default
    std::vector<Series> chain;          ///< with what it requires; itself last; once the source is there, as it is for that
    std::optional<BuiltKernel> kernel;
    std::string build_error;
    std::optional<SeriesSize> size;
    std::vector<BootReport> boots;
};

Result<std::vector<ArmRun>> resolve_arms(const RunOptions& options) {
    std::vector<ArmRun> arms;
    if (options.machine == MachineKind::host) {
        arms.push_back({kHostKernel, "", {}, std::nullopt, "", std::nullopt, {}});
        return arms;
    }
    Faults faults;
    faults.add(check_kernels(options.kernels));
    for (const auto& name : options.kernels) {
        auto kernel = resolve_kernel(name);
        if (!kernel) continue;
        for (const auto& other : arms)
            if (other.name == kernel->name) faults.add(fail("run", "--kernel " + name, "this kernel is named twice"));
        arms.push_back({kernel->name, kernel->base, std::move(kernel->chain), std::nullopt, "", std::nullopt, {}});
    }
    if (auto s = faults.status(); !s) return forward(s);
    sort_by_lineage(arms);
    return arms;
}

/// No reason to end a run: what is not known of a patch says nothing of its numbers.
Status measure_size(ArmRun& arm, const KernelSource& source, Progress& progress) {
    progress.update(0, 0, "checkpatch");
    auto size = size_of(source, arm.chain);
    if (interrupted()) return interrupted_error("measure the size of patches");
    if (size) arm.size = *size;
    else progress.finish(fmt::format("kernel {}: how large its series is, is not known: {}", arm.name, size.error().message()));
    return {};
}

Result<BuiltKernel> given_kernel(const std::string& name, const GivenKernel& given) {
    std::string damage;
    auto found = find_kernel(given.key, damage);
    if (!found) return forward(found);
    if (!found->has_value()) return fail("run", name, fmt::format("kernel {} is not in the cache{}", given.key, damage.empty() ? "" : ": " + damage));
    BuiltKernel out = std::move(**found);
    out.name = name;
    out.config_lines = given.config_lines;
    out.notes = given.notes;
    return out;
}

/// Builds what is not built.  A kernel that cannot be built is that arm's
/// outcome; an interrupt or a full disk ends the run.
Status build_kernels(std::vector<ArmRun>& arms, const RunOptions& options, Progress& progress) {
    Bases bases(options.tree, options.revision);
    BuildOptions build_options;
    build_options.target = target_of(options.machine);
    build_options.allow_missing = options.allow_missing;
    for (auto& arm : arms) {
        if (const auto given = options.given.find(arm.name); given != options.given.end()) {
            auto kernel = given_kernel(arm.name, given->second);
            if (!kernel) return forward(kernel);
            arm.kernel = std::move(*kernel);
            if (auto s = choose_variants(arm.chain, arm.kernel->base_version); !s) return s;
            continue;
        }
        auto source = bases.source(arm.base, progress);
        if (!source) return forward(source);
        auto built = build_kernel(**source, arm.chain.back().folder.string(), progress, build_options);
        if (interrupted()) return interrupted_error("build kernels");
        if (built) {
            arm.kernel = *built;
            if (auto s = choose_variants(arm.chain, built->base_version); !s) return s;
            progress.finish(fmt::format("kernel {:<10} {} {}", arm.name, built->base_version,
                                        built->cached ? "from the cache" : fmt::format("built in {:.0f} s", built->build_seconds)));
            if (auto s = measure_size(arm, **source, progress); !s) return s;
        } else {
            arm.build_error = built.error().message();
            progress.finish(coloured(fmt::format("kernel {}: {}", arm.name, arm.build_error), Colour::red, STDERR_FILENO));
        }
    }
    return {};
}

std::map<std::string, fs::path> system_maps(const std::vector<ArmRun>& arms) {
    std::map<std::string, fs::path> out;
    for (const auto& arm : arms)
        if (arm.kernel) out.emplace(arm.name, arm.kernel->system_map);
    return out;
}

/// Known failures of an arm are those of its own series alone: what it
/// requires may have repaired what its base fails.
ArmOutcome outcome_of(const ArmRun& arm, const std::vector<Cell>& cells, MachineKind machine) {
    if (!arm.kernel && machine != MachineKind::host) {
        ArmOutcome out;
        out.status = KernelStatus::build_failed;
        out.reason = arm.build_error;
        out.cells = absent_cells(arm.name, cells, "the kernel was not built: " + arm.build_error);
        return out;
    }
    return collect_arm(arm.name, arm.chain.empty() ? std::vector<KnownFailure>() : arm.chain.back().known_failures, arm.boots);
}

/// The document is put together as JSON and read back strictly, so that what a
/// guest sent is checked by the same rules as a file from anywhere.
Result<Results> assemble(const Run& run, const std::vector<ArmRun>& arms, const std::vector<Cell>& cells, MachineKind machine) {
    Results head;
    head.run = run;
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const auto& arm : arms) {
        ArmOutcome outcome = outcome_of(arm, cells, machine);
        KernelResult kernel = machine == MachineKind::host ? describe_host_kernel() : describe_kernel(arm.name, arm.chain, arm.kernel ? &*arm.kernel : nullptr);
        kernel.status = outcome.status;
        kernel.reason = outcome.reason;
        kernel.size = arm.size;
        kernel.conformance = std::move(outcome.conformance);
        kernel.boots = std::move(outcome.boots);
        head.kernels.push_back(std::move(kernel));
        for (auto& row : outcome.cells) rows.push_back(std::move(row));
        for (const auto& boot : arm.boots) {
            head.run.command_lines.try_emplace("machine", boot.result.machine_command);
            head.run.command_lines.try_emplace("kernel", boot.result.kernel_command_line);
        }
    }
    auto document = to_json(head);
    document["cells"] = std::move(rows);
    return from_json(document);
}

Status check_accelerator(const RunOptions& options) {
    if (options.machine != MachineKind::kvm && options.accelerator == Accelerator::kvm)
        return fail("run", "--accel kvm", fmt::format("machine {} does without: leave --accel out, or take --machine kvm", machine_name(options.machine)));
    return {};
}

MachineUse use_of(const RunOptions& options) {
    const bool emulated = options.machine != MachineKind::kvm || options.accelerator == Accelerator::tcg;
    return {options.machine, emulated ? Accelerator::tcg : Accelerator::kvm};
}

/// An error if no kernel was heard, and nothing shows that the machine works here: then nobody is to blame.
Status refuse_silence(const RunOptions& options, Accelerator accelerator, const std::vector<ArmRun>& arms) {
    const ArmRun* silent = nullptr;
    for (const auto& arm : arms) {
        for (const auto& boot : arm.boots)
            if (boot.result.records > 0) return {};
        if (arm.kernel && !arm.boots.empty() && was_silent(arm.boots.front().result)) silent = &arm;
    }
    if (silent == nullptr) return {};
    const Blame blame = blame_for(options.machine, accelerator, silent->kernel->image, silent->boots.front().result);
    if (interrupted()) return interrupted_error("boot");
    return blame.fault == Fault::kernel ? Status() : Status(fail(blame.sentence, "", ""));
}

/// KVM only where a probe boot of one of the kernels showed that it works.
Result<Accelerator> choose_accelerator(const RunOptions& options, const std::vector<ArmRun>& arms) {
    if (options.machine != MachineKind::kvm || options.accelerator == Accelerator::tcg) return Accelerator::tcg;
    for (const auto& arm : arms) {
        if (!arm.kernel) continue;
        ProbeRequest request;
        request.kernel_image = arm.kernel->image;
        request.guest_program = installed_guest_program();
        auto answer = machine_usable(request);
        if (!answer) return forward(answer);
        if (answer->usable) return Accelerator::kvm;
        return fail("run", "--machine kvm", "KVM is not usable here (probe boot of " + answer->probed_at + ": " + answer->reason +
                    "); --accel tcg takes the same path, with a clock that means nothing");
    }
    return Accelerator::kvm;  // nothing was built: nothing will be booted
}

ProgressState begun(const Run& run) {
    ProgressState out;
    out.kind = "run";
    out.id = run.id;
    out.suite = run.suite;
    out.machine = run.machine;
    out.started_at = run.started_at;
    return out;
}

/// What to boot each kernel for.
struct BootWork {
    std::vector<PlannedBoot> boots;
    std::vector<Cell> cells;  ///< of all of them, each once
    std::string plan_sha256;  ///< of the boots of all shards
};

Result<BootWork> boot_work(const RunOptions& options, const std::vector<Cell>& cells) {
    std::vector<uint64_t> seeds;
    for (unsigned i = 0; i < std::max(1u, options.seeds); ++i) seeds.push_back(options.seed + i);
    auto boots = plan_boots(cells, seeds);
    std::string plan = plan_sha256(boots);
    auto share = take_shard(std::move(boots), options.shard, options.shards).and_then([&](std::vector<PlannedBoot> all) { return take_boots(std::move(all), options.boots); });
    if (!share) return forward(share);
    BootWork out{std::move(*share), {}, std::move(plan)};
    for (const auto& boot : out.boots)
        if (boot.seed == out.boots.front().seed) out.cells.insert(out.cells.end(), boot.cells.begin(), boot.cells.end());
    return out;
}

std::vector<BootReport> reports_of(const std::vector<PlannedBoot>& boots) {
    std::vector<BootReport> out;
    for (const auto& boot : boots) {
        BootReport report;
        report.boot = static_cast<int64_t>(out.size());
        report.label = boot.label;
        report.device = boot.device;
        report.seed = boot.seed;
        report.cells = boot.cells;
        out.push_back(std::move(report));
    }
    return out;
}

/// As many machines side by side as there are CPUs; one where the clock is the host's.
unsigned machines_side_by_side(const RunOptions& options) {
    if (options.jobs != 0) return options.jobs;
    return options.machine == MachineKind::exact ? std::max(1u, std::thread::hardware_concurrency()) : 1;
}

}  // namespace

Result<std::vector<std::string>> planned_cells(const RunOptions& options) {
    auto selected = select_cells(options);
    if (!selected) return forward(selected);
    std::vector<std::string> ids;
    for (const Cell& cell : selected->cells) ids.push_back(cell.id());
    return ids;
}

Result<BootsOfRun> planned_boots(const RunOptions& options) {
    auto selected = select_cells(options);
    if (!selected) return forward(selected);
    auto work = boot_work(options, selected->cells);
    if (!work) return forward(work);
    return BootsOfRun{std::move(work->boots), std::move(work->plan_sha256)};
}

Result<RunOutcome> run_suite(const RunOptions& asked) {
    const auto started = std::chrono::steady_clock::now();
    RunOptions options = asked;
    Run run = begin_run(options.suite, machine_name(options.machine), options.seed, options.argv);
    if (!options.run_id.empty()) run.id = options.run_id;
    auto selected = select_cells(options);
    auto arms = resolve_arms(options);
    Faults faults;
    faults.add(arms);
    faults.add(selected);
    faults.add(check_accelerator(options));
    if (auto s = faults.status(); !s) return forward(s);
    if (auto s = require_machine(use_of(options)); !s) return forward(s);
    const auto work = boot_work(options, selected->cells);
    if (!work) return tl::unexpected<Error>(work.error());
    run.plan_sha256 = work->plan_sha256;
    run.fio_jobs = fio_job_records(selected->workloads, work->cells);
    options.own.fio_variables.insert(selected->fio_variables.begin(), selected->fio_variables.end());
    if (options.shown == Progress::Shown::yes) fmt::print(stderr, "{}", fio_changes_text(run.fio_jobs));
    const fs::path output = options.output.empty() ? fs::path("out") / run.id : options.output;
    if (options.cost_model) run.tool["cost_model"] = cost_model_text();
    if (options.cost_model && options.profile_directory.empty()) options.profile_directory = output / kProfileFolder;
    if (auto s = make_directories(output / "logs"); !s) return forward(s);
    if (auto s = write_resume_file(output, run, options); !s) return forward(s);
    if (auto s = write_fio_files(output, selected->workloads, work->cells); !s) return forward(s);

    // A directory of one's own may lie anywhere; beside it is not our place.
    RunProgress told(options.output.empty() ? output.parent_path() : fs::path(), begun(run));
    told.stage("build", "kernels");
    Progress progress("kernels", options.shown);
    if (options.machine != MachineKind::host)
        if (auto s = build_kernels(*arms, options, progress); !s) return forward(s);
    auto accelerator = choose_accelerator(options, *arms);
    if (!accelerator) return forward(accelerator);
    told.stage("measure", "boots");
    BootRunner runner(options, *accelerator, selected->workloads, output, told);
    std::vector<BootRunner::Task> tasks;
    for (auto& arm : *arms) {
        arm.boots = reports_of(work->boots);
        if (arm.kernel || options.machine == MachineKind::host)
            for (auto& report : arm.boots) tasks.push_back({arm.name, arm.kernel ? &*arm.kernel : nullptr, &report});
    }
    if (auto s = runner.run(tasks, machines_side_by_side(options)); !s) return forward(s);
    if (auto s = refuse_silence(options, *accelerator, *arms); !s) return forward(s);

    run.accelerator = accelerator_name(*accelerator);
    run.clock = clock_of(options.machine, *accelerator);
    run.elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    auto results = assemble(run, *arms, work->cells, options.machine);
    if (!results) return forward(results);
    if (auto s = refuse_unverified_numbers(*results); !s) return forward(s);
    if (!options.profile_directory.empty())
        if (auto s = add_counted_metrics(options.profile_directory, system_maps(*arms), *results); !s)
            results->run.findings.push_back(std::string(kNotCounted) + s.error().message());
    conclude(*results);
    told.finish(results->run.exit_code);
    const auto exit_code = static_cast<ExitCode>(results->run.exit_code);
    RunOutcome outcome{std::move(*results), output, runner.reused(), runner.restored(), exit_code};
    if (options.keep == KeepRun::no) return outcome;
    const auto link = options.output.empty() ? LatestLink::point : LatestLink::leave;
    if (auto s = write_outputs(output, outcome.results, reproduce_script(outcome.results, options), link); !s) return forward(s);
    return outcome;
}

}  // namespace diobench
