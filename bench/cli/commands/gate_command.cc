// SPDX-License-Identifier: GPL-2.0-only
// diobench gate: is the candidate worse than the baseline?
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/common/base/faults.h"
#include "bench/common/base/json_text.h"
#include "bench/results/export/report.h"
#include "bench/verdict/gate/gate_outputs.h"
#include "bench/verdict/gate/judge_given.h"
#include "bench/verdict/gate/run_gate.h"
#include "bench/verdict/judge/gate_ci.h"
#include "bench/verdict/judge/gate_json.h"
#include "bench/verdict/judge/gate_text.h"

namespace diobench {

namespace {

struct GateArguments {
    GateOptions options;
    std::string machine = "exact";
    std::vector<fs::path> results_baseline;
    std::vector<fs::path> results_candidate;
    bool json = false;
    bool all = false;
    bool report = true;
};

/// GitHub reads annotations from standard output and the summary from a file it names.
Status tell_github(const GateReport& report) {
    if (std::getenv("GITHUB_ACTIONS") == nullptr) return {};
    fmt::print("{}", github_annotations(report));
    const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
    if (summary == nullptr || *summary == '\0') return {};
    std::ofstream file(summary, std::ios::app);  // other steps write there, too
    file << github_step_summary(report) << std::flush;
    if (!file) return fail("write GITHUB_STEP_SUMMARY", summary, "the file cannot be written");
    return {};
}

Status draw_page(GateReport& report) {
    auto page = write_report(report.directory);
    if (!page) return forward(page);
    report.page = page->string();
    return {};
}

Result<ExitCode> gate(GateArguments arguments) {
    GateOptions& options = arguments.options;
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml})
        if (arguments.machine == machine_name(kind)) options.machine = kind;
    if (options.own.any()) options.suite = kOwnSuite;
    const bool given = !arguments.results_baseline.empty() || !arguments.results_candidate.empty();
    if (given && (arguments.results_baseline.empty() || arguments.results_candidate.empty()))
        return fail("gate", arguments.results_baseline.empty() ? "--results-baseline" : "--results-candidate", "both sides must be given");
    Faults faults;
    if (!given && options.baseline.empty()) faults.add(fail("gate", "--baseline", "it is missing: the kernel that is good enough, for instance --baseline dio"));
    if (!given && options.candidate.empty()) faults.add(fail("gate", "--candidate", "it is missing: the kernel to be judged, for instance --candidate ~/my-series"));
    if (!options.revision.empty() && options.tree.empty()) faults.add(fail("gate", "--rev", "it needs --tree DIR, the kernel tree it is a revision of"));
    if (auto s = faults.status(); !s) return forward(s);
    auto report = given ? judge_directories(arguments.results_baseline, arguments.results_candidate, options) : run_gate(options);
    if (!report) return forward(report);
    if (!given)
        if (auto s = record_gate(*report); !s) return forward(s);
    if (arguments.report && !report->directory.empty())
        if (auto s = draw_page(*report); !s) return forward(s);
    if (arguments.json) fmt::print("{}\n", json_text(gate_json(*report)));
    else fmt::print("{}{}", gate_text(*report, GateInk::terminal), arguments.all ? gate_table(*report, GateInk::terminal) : "");
    if (auto s = tell_github(*report); !s) return forward(s);
    std::fflush(stdout);
    return report->exit_code;
}

}  // namespace

void register_gate_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<GateArguments>();
    GateOptions& options = arguments->options;
    auto* command = app.add_subcommand("gate", "Judge a kernel against another one: pass, regression, inconclusive or invalid");
    command->footer("Examples:\n"
                    "  diobench gate --baseline dio --candidate ~/my-series\n"
                    "  diobench gate --baseline dio --candidate ~/my-series --fio-job ~/database.fio\n"
                    "  diobench gate --results-baseline out/A1 out/A2 --results-candidate out/B1 out/B2\n"
                    "Exit: 0 pass, 1 regression, 2 wrong usage, policy, a kernel that does not build or a machine that does not run here (diobench doctor), 3 inconclusive, 4 invalid.");
    command->add_option("--baseline", options.baseline, "The kernel that is good enough: series or folder (of given results: the kernel's name)");
    command->add_option("--candidate", options.candidate, "The kernel to be judged: series or folder (of given results: the kernel's name)");
    command->add_option("--suite", options.suite, "Which cells (suites = [...] in workloads/*.toml)")->capture_default_str();
    add_own_options(*command, options.own);
    add_filter_options(*command, options.filter);
    command->add_option("--seeds", options.seeds, "Machine exact: pairs of runs, each with its own seed; undecided metrics get up to twice as many")
        ->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--seed", options.seed, "The first seed")->capture_default_str();
    command->add_option("--machine", arguments->machine, "exact: counts instructions, repeatable; uml, kvm: wall clock, pairs of boots")
        ->check(one_of({"exact", "kvm", "uml"}))->capture_default_str();
    command->add_option("--policy", options.policy, "What gates and what may change (default gate.toml of the project)")->check(CLI::ExistingFile);
    add_source_options(*command, options.tree, options.revision, &options.allow_missing);
    add_output_option(*command, options.output, "out/<run id>; of given results: nothing is written without it");
    command->add_option("--jobs", options.jobs, "Machine exact: machines side by side (default: CPUs)");
    command->add_option("--results-baseline", arguments->results_baseline, "Judge runs that were made before: output directories of the baseline")->check(CLI::ExistingPath)->option_text("DIR ...");
    command->add_option("--results-candidate", arguments->results_candidate, "The same of the candidate; paired by seed, or in order by wall clock")->check(CLI::ExistingPath)->option_text("DIR ...");
    command->add_flag("!--no-attribution", options.attribute, "Machine exact: do not count instructions by function: no attribution, and metrics from these counts do not gate");
    command->add_flag("!--no-report", arguments->report, "Do not draw plots and report.html");
    command->add_flag("--all", arguments->all, "Print every deciding test with its metrics and functions, too, and all notes");
    command->add_flag("--json", arguments->json, "Print gate.json instead");
    command->callback([&context, arguments] {
        arguments->options.argv = context.argv;
        context.body = [arguments] { return gate(*arguments); };
    });
}

}  // namespace diobench
