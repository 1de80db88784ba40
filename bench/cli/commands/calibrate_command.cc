// SPDX-License-Identifier: GPL-2.0-only
// diobench calibrate: how far can the gate be trusted?
#include <cstdio>
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/command.h"
#include "bench/verdict/calibrate/calibrate.h"

namespace diobench {

namespace {

struct CalibrateArguments {
    CalibrateOptions options;
    std::string machine = "exact";
    bool json = false;
};

Result<ExitCode> run_calibrate(CalibrateArguments arguments) {
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml})
        if (arguments.machine == machine_name(kind)) arguments.options.machine = kind;
    auto outcome = calibrate(arguments.options);
    if (!outcome) return forward(outcome);
    if (arguments.json) fmt::print("{}\n", outcome->calibration.to_json().dump(2));
    else fmt::print("{}{}\n", calibration_text(outcome->calibration), outcome->directory.string());
    if (!outcome->kept) fmt::print(stderr, "A part of a calibration says nothing of the gate as a whole: reports go on with the last whole one.\n");
    std::fflush(stdout);
    return outcome->calibration.failures().empty() ? ExitCode::ok : ExitCode::failed_check;
}

}  // namespace

void register_calibrate_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<CalibrateArguments>();
    CalibrateOptions& options = arguments->options;
    auto* command = app.add_subcommand("calibrate", "Gate kernels whose answer is known: false alarms, and the smallest change that is found");
    command->footer("Equal kernels: the baseline against itself and against kernel-patches/mutants/same-*, which are only built otherwise.\n"
                    "Slowed ones: kernel-patches/mutants/slow-*, each with what must be seen of it (docs/gate.md, \"Calibration\").\n"
                    "The result of a whole one is kept for this machine and stands on the front of every report.\n"
                    "Exit: 0 no false alarm and every slowdown found and attributed, 1 not so, 2 wrong usage, 4 a gate of equal kernels is invalid.");
    command->add_option("KERNEL", options.slowed, "Only these slowed kernels (default: every slow-*)");
    command->add_option("--baseline", options.baseline, "What they are held against")->capture_default_str();
    command->add_option("--suite", options.suite, "Which cells")->capture_default_str();
    command->add_option("--filter", options.filter, "Of equal kernels only cells whose id matches")->option_text("GLOB");
    command->add_option("--cells", options.least_cells, "Judge at least so many cells of equal kernels, with other seeds each time")->capture_default_str();
    command->add_option("--seeds", options.seeds, "Machine exact: seeds of each gate")->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--seed", options.seed, "The first seed")->capture_default_str();
    command->add_option("--machine", arguments->machine, "exact, uml or kvm")->check(CLI::IsMember({"exact", "kvm", "uml"}))->capture_default_str();
    command->add_option("--policy", options.policy, "What gates and what may change (default gate.toml of the project)");
    command->add_option("--tree", options.tree, "Kernel source tree (default: Debian's linux-source-6.12)")->check(CLI::ExistingDirectory);
    command->add_option("--rev", options.revision, "Revision of --tree");
    command->add_option("--out", options.output, "Output directory (default out/<run id>)");
    command->add_flag("--json", arguments->json, "Print calibration.json instead of the table");
    command->callback([&context, arguments] {
        arguments->options.argv = context.argv;
        context.body = [arguments] { return run_calibrate(*arguments); };
    });
}

}  // namespace diobench
