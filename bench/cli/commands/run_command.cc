// SPDX-License-Identifier: GPL-2.0-only
// diobench run: build, boot, measure, report.
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/cli/commands/print_run.h"
#include "bench/cli/commands/show_plan.h"
#include "bench/host/kernel/base.h"
#include "bench/host/run/resume_file.h"
#include "bench/host/run/run_suite.h"

namespace diobench {

namespace {

struct RunArguments {
    RunOptions options;
    std::string machine = "exact";
    std::string accelerator;
    fs::path resume;
    bool dry_run = false;
    RunShown shown;
};

/// A run that was begun before: everything as it was asked for then.
Result<RunOptions> resumed(const RunArguments& arguments) {
    if (!arguments.options.kernels.empty()) return fail("run", "--resume", "it takes kernels and everything else from the run it resumes; leave --kernel out");
    return read_resume_file(arguments.resume);
}

Result<RunOptions> asked_for(const RunArguments& arguments) {
    if (!arguments.resume.empty()) return resumed(arguments);
    RunOptions options = arguments.options;
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml, MachineKind::host})
        if (arguments.machine == machine_name(kind)) options.machine = kind;
    if (options.machine == MachineKind::host && !options.kernels.empty())
        return fail("run", "--kernel", "machine host measures the kernel that runs here; leave --kernel out");
    if (options.machine != MachineKind::host && options.kernels.empty())
        return fail("run", "--kernel", "which kernel? (diobench kernel list shows them)");
    if (options.own.any()) options.suite = kOwnSuite;
    return options;
}

/// Kernels are looked up as well, so that what would be refused is refused now.
Result<ExitCode> plan_of(const RunOptions& options, const RunArguments& arguments) {
    if (auto s = check_kernels(options.kernels); !s) return forward(s);
    return show_plan(options, arguments.shown.json ? PlanShown::json : PlanShown::table);
}

Result<ExitCode> run(const RunArguments& arguments) {
    auto asked = asked_for(arguments);
    if (!asked) return forward(asked);
    RunOptions options = std::move(*asked);
    if (arguments.accelerator == "tcg") options.accelerator = Accelerator::tcg;
    if (arguments.accelerator == "kvm") options.accelerator = Accelerator::kvm;
    if (!options.revision.empty() && options.tree.empty()) return fail("run", "--rev", "it needs --tree DIR, the kernel tree it is a revision of");
    if (options.cost_model && options.machine != MachineKind::exact) return fail("run", "--cost-model", "caches are simulated on machine exact only");
    if (!options.cache_device.empty() && options.machine != MachineKind::kvm)
        return fail("run", "--cache-device", "only machine kvm reads from a device of the host; machine exact simulates one");
    if (arguments.dry_run) return plan_of(options, arguments);
    auto outcome = run_suite(options);
    if (!outcome) return forward(outcome);
    return tell_run(*outcome, arguments.shown, fmt::format("in {:.0f} s", outcome->results.run.elapsed_s));
}

}  // namespace

void register_run_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<RunArguments>();
    RunOptions& options = arguments->options;
    auto* command = app.add_subcommand("run", "Build kernels, boot them, measure a suite, write the report");
    command->footer("Examples:\n"
                    "  diobench run --kernel base --kernel fallback --kernel dio-sync --kernel dio\n"
                    "  diobench run --kernel dio --kernel ~/my-series --filter 'rand-read/*'\n"
                    "  diobench run --kernel dio --workload ~/mine.toml\n"
                    "  diobench run --kernel dio --fio-job ~/database.fio\n"
                    "  diobench run --resume out/20261123-...   goes on where a killed run stopped\n"
                    "Exit: 0 all cells fine (or known), 2 a kernel could not be built or the machine does not run here (diobench doctor), 4 wrong data, a cell or a machine that failed.");
    command->add_option("--kernel", options.kernels, "SERIES (kernel list, or a folder with a series.toml), or SERIES@BASE such as dio@6.12.107 or base@newest (diobench kernel fetch); several are compared")
        ->option_text("NAME ...");
    add_cell_options(*command, options);
    command->add_option("--resume", arguments->resume, "Output directory of a run that was killed: makes what is missing of it, nothing twice")->option_text("DIR");
    command->add_option("--machine", arguments->machine, "exact: emulated, counts instructions, repeatable bit by bit; kvm: wall clock; uml: wall clock, the kernel as a process; host: the kernel that runs here, as root, back ends other than fscache")
        ->check(one_of({"exact", "kvm", "uml", "host"}))->capture_default_str();
    command->add_option("--accel", arguments->accelerator, "Machine kvm only: tcg runs the same path without KVM (its clock means nothing)")
        ->check(one_of({"kvm", "tcg"}));
    command->add_option("--cache-device", options.cache_device, "Machine kvm: file or block device the cache lies on; ITS CONTENT IS LOST");
    command->add_option("--seed", options.seed, "Of content, offsets and everything random")->capture_default_str();
    add_source_options(*command, options.tree, options.revision, &options.allow_missing);
    add_output_option(*command, options.output, "out/<run id>, with out/latest pointing at it");
    command->add_option("--jobs", options.jobs, "Machines side by side (default: CPUs for exact, 1 for kvm)");
    command->add_flag("--cost-model", options.cost_model, "Machine exact: count by function, and simulate the caches of a named processor: metrics modelled_ns and modelled_cpu_ns_per_op (some three times as long; docs/profile.md)");
    command->add_flag("--dry-run", arguments->dry_run, "Build and boot nothing: show what would be measured and how long it takes, as `plan` does");
    add_shown_options(*command, arguments->shown);
    command->callback([&context, arguments] {
        arguments->options.argv = context.argv;
        context.body = [arguments] { return run(*arguments); };
    });
}

}  // namespace diobench
