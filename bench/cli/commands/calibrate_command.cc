// SPDX-License-Identifier: GPL-2.0-only
// diobench calibrate: how far can the gate be trusted, and how far the clock?
#include <cstdio>
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/common/base/json_text.h"
#include "bench/verdict/calibrate/calibrate.h"
#include "bench/verdict/calibrate/calibrate_clock.h"
#include "bench/verdict/calibrate/clock_request.h"

namespace diobench {

namespace {

struct CalibrateArguments {
    CalibrateOptions options;
    std::string machine = "exact";
    bool clock = false;
    size_t pairs = 0;
    fs::path resume;
    bool json = false;
};

/// Options that one of the two calibrations has and the other does not.
constexpr const char* kOfGates[] = {"--cells"};
constexpr const char* kOfClocks[] = {"--pairs", "--resume"};

Status refuse_options_of_others(const CLI::App& command, const CalibrateArguments& arguments) {
    if (arguments.clock) {
        for (const char* name : kOfGates)
            if (command.count(name) > 0) return fail("calibrate --clock", name, "it is of gates; leave it or --clock out");
        return {};
    }
    for (const char* name : kOfClocks)
        if (command.count(name) > 0) return fail("calibrate", name, "it is of clocks: calibrate --clock");
    return {};
}

Result<ClockOptions> clock_options(const CLI::App& command, const CalibrateArguments& arguments) {
    if (!arguments.resume.empty()) {
        for (const char* name : {"KERNEL", "--baseline", "--suite", "--filter", "--where", "--seeds", "--seed", "--machine", "--policy", "--tree", "--rev", "--out", "--pairs"})
            if (command.count(name) > 0) return fail("calibrate --clock --resume", name, "it takes everything from the calibration it resumes; leave it out");
        return read_clock_request(arguments.resume);
    }
    const CalibrateOptions& options = arguments.options;
    ClockOptions out;
    auto given = [&](const char* name) { return command.count(name) > 0; };
    if (given("--baseline")) out.baseline = options.baseline;
    if (given("KERNEL")) out.candidates = options.slowed;
    if (given("--suite")) out.suite = options.suite;
    if (given("--machine"))
        for (const MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml, MachineKind::host})
            if (arguments.machine == machine_name(kind)) out.machine = kind;
    if (out.machine == MachineKind::exact) return fail("calibrate --clock", "--machine exact", "that is what real clocks are held against: uml, host or kvm, or leave it out for all of them");
    out.filter = options.filter;
    out.seed = options.seed;
    out.seeds = options.seeds;
    out.pairs = arguments.pairs;
    out.policy = options.policy;
    out.output = options.output;
    out.tree = options.tree;
    out.revision = options.revision;
    out.argv = options.argv;
    return out;
}

Result<ExitCode> run_calibrate_clock(const CLI::App& command, const CalibrateArguments& arguments) {
    auto options = clock_options(command, arguments);
    if (!options) return forward(options);
    auto outcome = calibrate_clock(*options);
    if (!outcome) return forward(outcome);
    const ClockReport& report = outcome->report;
    if (arguments.json) fmt::print("{}\n", json_text(report.to_json()));
    else fmt::print("{}{}\n", clock_text(report), outcome->directory.string());
    if (!outcome->why_not_kept.empty()) fmt::print(stderr, "Not kept for reports, which go on with the last one that was: {}.\n", outcome->why_not_kept);
    std::fflush(stdout);
    return report.exit_code();
}

Result<ExitCode> run_calibrate(const CLI::App& command, CalibrateArguments arguments) {
    if (auto s = refuse_options_of_others(command, arguments); !s) return forward(s);
    if (arguments.clock) return run_calibrate_clock(command, arguments);
    if (arguments.machine == machine_name(MachineKind::host))
        return fail("calibrate", "--machine host", "gates are of kernels that are booted: exact, uml or kvm");
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
    auto* command = app.add_subcommand("calibrate", "Gate kernels whose answer is known: false alarms, and the smallest change that is found; --clock: hold the exact machine against a stopwatch");
    command->footer("Example:\n"
                    "  diobench calibrate slow-copy                         one slowed kernel, and equal ones\n"
                    "Equal kernels: the baseline against itself and against kernel-patches/mutants/same-*, which are only built otherwise.\n"
                    "Slowed ones: kernel-patches/mutants/slow-*, each with what must be seen of it (docs/gate.md, \"Calibration\").\n"
                    "The result of a whole one is kept for this machine and stands on the front of every report.\n"
                    "Exit: 0 no false alarm and every slowdown found and attributed, 1 not so, 2 wrong usage, 4 a gate of equal kernels is invalid.\n"
                    "\n"
                    "With --clock: machine exact counts instructions; does a clock say the same? The headline cells (workloads/headline.toml) run on\n"
                    "exact and on every machine of this host with a real clock: uml, host (as root), kvm (where a probe boot works). Held are ratios, not\n"
                    "times: direct / buffered, kernel / kernel, back end / back end. A ratio is judged where the real clock's interval does not hold 1: does\n"
                    "exact have it on the same side, and how many times apart are the two? (docs/calibration.md)\n"
                    "  diobench calibrate --clock                           fallback and dio, every real clock; kept for this host's reports\n"
                    "  diobench calibrate --clock dio-sync dio              two kernels, each against fallback\n"
                    "  diobench calibrate --clock --machine uml --pairs 6 --filter '*/ram/*/random/4k/pread/*'    a few cells, soon\n"
                    "  diobench calibrate --clock --resume out/...          goes on where one was broken off\n"
                    "Exit with --clock: 0 some ratio was judged, whatever it says; 2 wrong usage, or no real clock here; 3 no ratio is told from 1, or the host is too\n"
                    "busy; 4 a number is missing (wrong bytes, a machine that died).");
    command->add_option("KERNEL", options.slowed, "Only these slowed kernels (default: every slow-*); --clock: the kernels that are held against the baseline (default: dio)");
    command->add_flag("--clock", arguments->clock, "What a stopwatch says: ratios by real clocks of this host beside the exact machine's");
    command->add_option("--baseline", options.baseline, "What they are held against (--clock: fallback)")->capture_default_str();
    command->add_option("--suite", options.suite, "Which cells (--clock: headline)")->capture_default_str();
    add_filter_options(*command, options.filter, "Of equal kernels (with --clock: of all)");
    command->add_option("--cells", options.least_cells, "Judge at least so many cells of equal kernels, with other seeds each time")->capture_default_str();
    command->add_option("--seeds", options.seeds, "Machine exact: seeds of each gate, or of each kernel's ratios")->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--seed", options.seed, "The first seed")->capture_default_str();
    command->add_option("--machine", arguments->machine, "exact, uml or kvm; --clock: only this real clock: uml, host or kvm")
        ->check(one_of({"exact", "kvm", "uml", "host"}))->capture_default_str();
    command->add_option("--pairs", arguments->pairs, "--clock: pairs of boots by each real clock (default: min_pairs of the policy; at least 6)");
    command->add_option("--resume", arguments->resume, "--clock: output directory of one that was broken off: makes what is missing of it, nothing twice")->option_text("DIR");
    command->add_option("--policy", options.policy, "What gates and what may change, and when a host is disturbed (default gate.toml of the project)");
    add_source_options(*command, options.tree, options.revision);
    add_output_option(*command, options.output, "out/<run id>");
    command->add_flag("--json", arguments->json, "Print calibration.json (--clock: clock.json) instead of the table");
    command->callback([&context, arguments, command] {
        arguments->options.argv = context.argv;
        context.body = [arguments, command] { return run_calibrate(*command, *arguments); };
    });
}

}  // namespace diobench
