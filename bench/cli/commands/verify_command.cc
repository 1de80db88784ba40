// SPDX-License-Identifier: GPL-2.0-only
// diobench verify: is a kernel right?
#include <fmt/format.h>
#include <cstdio>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/verify/case_selection.h"
#include "bench/host/verify/protocol_text.h"
#include "bench/host/verify/reproduce.h"
#include "bench/host/verify/verify_kernels.h"
#include "bench/results/export/conformance_text.h"
#include "bench/results/compare/headline.h"
#include "bench/results/export/report.h"

namespace diobench {

namespace {

constexpr size_t kColumns = 120;

struct VerifyArguments {
    VerifyOptions options;
    std::string reproduce;  ///< a case; empty: none
    bool list = false;
    bool protocol = false;
    bool json = false;
    bool report = true;
};

Result<ExitCode> list_cases(const VerifyArguments& arguments) {
    auto cases = select_cases(arguments.options.cases, arguments.options.backends);
    if (!cases) return forward(cases);
    nlohmann::json all = nlohmann::json::array();
    for (const Case* one : *cases) {
        all.push_back({{"case", one->name}, {"right", one->right}, {"source", one->source}, {"limit_s", one->limit_s}});
        if (arguments.json) continue;
        fmt::print("{}\n    {}\n", coloured(one->name, Colour::bold), wrap_text(one->right, kColumns - 4, 4));
        fmt::print("    {}\n", coloured("why: " + wrap_text(one->source, kColumns - 9, 9), Colour::dim));
    }
    if (arguments.json) fmt::print("{}\n", all.dump(1));
    else fmt::print("\n{} cases\n", cases->size());
    return ExitCode::ok;
}

Result<ExitCode> reproduce_case(const VerifyArguments& arguments) {
    const VerifyOptions& options = arguments.options;
    if (options.kernels.size() != 1 || options.mutants || options.smp || options.fuzz_s != 0 || options.fuzz_reads != 0 || !options.cases.empty() || !options.backends.empty())
        return fail("verify", "--reproduce", "it takes one KERNEL, one case and neither --case, --backend, --mutants, --smp nor --fuzz or --fuzz-reads, such as: diobench verify base --reproduce compressed/partly-here");
    auto outcome = write_reproducer({options.kernels.front(), arguments.reproduce, options.seed, options.output, options.tree, options.revision});
    if (!outcome) return forward(outcome);
    const char* found = outcome->shown == FaultShown::yes  ? "the fault shows (wrong.txt)"
                        : outcome->shown == FaultShown::no ? "this kernel does all of it right: there is no wrong.txt"
                                                           : "its boot came to no answer (output.txt)";
    fmt::print("{}: {}, in a boot of {:.0f} s\n{}\n", options.kernels.front(), found, outcome->boot_s, coloured(outcome->directory.string(), Colour::bold));
    return outcome->shown == FaultShown::yes ? ExitCode::ok : ExitCode::inconclusive;
}

Result<ExitCode> verify(const VerifyArguments& arguments) {
    const VerifyOptions& options = arguments.options;
    if (arguments.list) return list_cases(arguments);
    if (arguments.protocol) {
        fmt::print("{}", protocol_text());
        return ExitCode::ok;
    }
    if (!options.revision.empty() && options.tree.empty()) return fail("verify", "--rev", "it needs --tree DIR, the kernel tree it is a revision of");
    if (!arguments.reproduce.empty()) return reproduce_case(arguments);
    if (options.kernels.empty() && !options.mutants)
        return fail("verify", "", "name at least one kernel, such as: diobench verify dio (or --mutants, or --list)");
    if (!options.mutants && options.sample != "1/1") return fail("verify", "--sample", "it takes a part of the mutants: add --mutants");
    if (options.mutants && options.fuzz_s != 0) return fail("verify", "--fuzz", "it tries damaged images on kernels that are meant to be right: leave --mutants out");
    if (options.mutants && options.fuzz_reads != 0) return fail("verify", "--fuzz-reads", "one mutant is a kernel as well: verify kernel-patches/mutants/NAME --fuzz-reads N, without --mutants");
    if (options.fuzz_from != 0 && options.fuzz_reads == 0) return fail("verify", "--fuzz-from", "it needs --fuzz-reads N, the reads that are made from there on");
    auto outcome = verify_kernels(options);
    if (!outcome) return forward(outcome);
    const Results& results = outcome->results;
    fs::path shown = outcome->directory / kResultsFileName;
    if (arguments.report) {
        auto report = write_report(outcome->directory);
        if (!report) return forward(report);
        shown = *report;
    }
    if (arguments.json) fmt::print("{}\n", json_text(to_json(results)));
    else fmt::print("{}", options.mutants ? mutants_text(results.kernels, kColumns, Ink::terminal) : conformance_text(results.kernels, kColumns, Ink::terminal));
    std::fflush(stdout);
    fmt::print(stderr, "\n{} in {:.0f} s; {}\n", results.run.id, results.run.elapsed_s,
               coloured(fs::absolute(shown).lexically_normal().string(), Colour::bold, 2));
    return outcome->exit_code;
}

}  // namespace

void register_verify_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<VerifyArguments>();
    VerifyOptions& options = arguments->options;
    auto* command = app.add_subcommand("verify",
        "Find out whether a kernel is right: boot it as a process with KASAN, lockdep and debug objects on, and\n"
        "run the conformance cases: data of every image layout read in every way, end of file, vectors, bad buffers,\n"
        "asynchrony, failing devices, a failing daemon, damaged images, leaks.  What the kernel itself complains of fails the case.");
    command->footer("Examples:\n"
                    "  diobench verify dio\n"
                    "  diobench verify ~/patches/dio-v3 --case 'end-of-file/*' --case 'data/sparse*'\n"
                    "  diobench verify base dio --backend loop,blockdev  EROFS without fscache: did a series break it?\n"
                    "  diobench verify dio --case 'end-of-file/*@file*'  a topic on two back ends\n"
                    "  diobench verify --list --case 'failure/*'        what is right, and why\n"
                    "  diobench verify --mutants --sample 1/7           does the suite find faults?\n"
                    "  diobench verify dio --smp                        two CPUs: races\n"
                    "  diobench verify base --reproduce compressed/partly-here   a folder for whoever has to repair it\n"
                    "  diobench verify dio --case 'mount/*' --fuzz 600  ten minutes of images damaged at random\n"
                    "  diobench verify dio --case 'data/*' --fuzz-reads 1000000   a million reads at random\n"
                    "Exit: 0 nothing but known failures, 1 a case failed (or a mutant survived), 2 a kernel could not be built\n"
                    "or machine uml does not run here (diobench doctor), 4 a kernel did not boot.\n"
                    "With --reproduce: 0 the fault shows in QEMU, 3 it does not.");
    command->add_option("KERNEL", options.kernels, "Series (kernel list), or folders with a series.toml");
    command->add_option("--case", options.cases, "Only cases whose name matches; '*' also matches '/'; may be repeated")->option_text("GLOB ...");
    command->add_option("--backend", options.backends, "Only cases on these: " + join(case_backends(), ", ") + " (default: all that the kernel has)")
        ->delimiter(',')->option_text("NAME[,NAME...]");
    command->add_flag("--list", arguments->list, "Print the cases: what is right, and why; run nothing");
    command->add_flag("--protocol", arguments->protocol, "Print what /dev/cachefiles answers to each command in each state, and why; run nothing");
    command->add_flag("--mutants", options.mutants, "Instead: the faulty series of kernel-patches/mutants (all, or the KERNELs); each must fail a case");
    command->add_flag("--smp", options.smp, "On two CPUs, emulated, with freed memory overwritten: cases of concurrency, failure, leaks, protocol and signals (or --case)");
    command->add_option("--sample", options.sample, "With --mutants: only part I of N")->option_text("I/N");
    command->add_option("--fuzz", options.fuzz_s, "So many seconds more: images damaged at random (by --seed); what is found is minimised to one image")->option_text("SECONDS")->check(CLI::PositiveNumber);
    command->add_option("--fuzz-reads", options.fuzz_reads, "So many reads more: at random (by --seed), of every layout, in every way, while daemon and reader misbehave; what is found is minimised")
        ->option_text("N")->check(CLI::PositiveNumber);
    command->add_option("--fuzz-from", options.fuzz_from, "With --fuzz-reads: begin at this scene, where an earlier run of the same seed ended")->option_text("SCENE");
    command->add_option("--seed", options.seed, "Of content, offsets, damage and reads")->capture_default_str();
    add_source_options(*command, options.tree, options.revision, &options.allow_missing);
    command->add_option("--reproduce", arguments->reproduce,
                        "Write a folder that shows the fault without diobench: image, kernel configuration, one C program, a script for QEMU")->option_text("CASE");
    add_output_option(*command, options.output, "out/<run id>, with out/latest pointing at it; of --reproduce out/reproduce-CASE");
    command->add_option("--jobs", options.jobs, "Machines side by side (default: half as many again as CPUs)");
    command->add_flag("--json", arguments->json, "Print results.json (with --list: the cases) instead of text");
    command->add_flag("!--no-report", arguments->report, "Do not write report.html");
    command->callback([&context, arguments] {
        arguments->options.argv = context.argv;
        context.body = [arguments] { return verify(*arguments); };
    });
}

}  // namespace diobench
