// SPDX-License-Identifier: GPL-2.0-only
// diobench bisect: which patch made it worse?
#include <cstdio>
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/common/base/json_text.h"
#include "bench/verdict/bisect/bisect.h"
#include "bench/verdict/bisect/bisect_json.h"
#include "bench/verdict/bisect/bisect_text.h"

namespace diobench {

namespace {

struct BisectArguments {
    BisectOptions options;
    bool json = false;
};

Result<ExitCode> bisect(BisectArguments arguments) {
    if (arguments.options.own.any()) arguments.options.suite = kOwnSuite;
    auto report = run_bisect(arguments.options);
    if (!report) return forward(report);
    if (arguments.json) fmt::print("{}\n", json_text(bisect_json(*report)));
    else fmt::print("{}", bisect_text(*report));
    std::fflush(stdout);
    return report->exit_code;
}

}  // namespace

void register_bisect_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<BisectArguments>();
    BisectOptions& options = arguments->options;
    auto* command = app.add_subcommand("bisect", "Name the patch, or the commit, that made it worse (machine exact)");
    command->footer("Examples:\n"
                    "  diobench bisect --baseline dio --candidate ~/my-series\n"
                    "  diobench bisect --candidate dio --tree ~/linux --rev v6.12.40..v6.12.41\n"
                    "Exit: 0 found, or the candidate is not worse, 2 wrong usage or an end that does not build, 3 several patches are left or\n"
                    "the ends do not differ, 4 an end is invalid.");
    command->add_option("--baseline", options.baseline, "The series that is good: name or folder (not with --rev OLD..NEW)");
    command->add_option("--candidate", options.candidate, "The series that is worse; with --rev OLD..NEW the one that is put on every commit");
    command->add_option("--suite", options.suite, "Which cells (suites = [...] in workloads/*.toml)")->capture_default_str();
    add_own_options(*command, options.own);
    add_filter_options(*command, options.filter, "Judge the ends by");
    command->add_option("--cell", options.cell, "Follow this cell, without judging the ends by the gate")->option_text("ID");
    command->add_option("--metric", options.metric, "Of --cell: follow this metric, whichever way it goes")->option_text("NAME");
    command->add_option("--seeds", options.seeds, "How many seeds each kernel is measured with; the median counts")->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--seed", options.seed, "The first seed")->capture_default_str();
    command->add_option("--policy", options.policy, "What gates and what may change (default gate.toml of the project)")->check(CLI::ExistingFile);
    command->add_option("--tree", options.tree, "Kernel source tree (default: Debian's linux-source-6.12); it is not touched")->check(CLI::ExistingDirectory);
    command->add_option("--rev", options.revision, "Revision of --tree; OLD..NEW walks its commits");
    add_output_option(*command, options.output, "out/<run id>");
    command->add_option("--jobs", options.jobs, "Machines side by side (default: CPUs)");
    command->add_flag("--json", arguments->json, "Print bisect.json instead of the table");
    command->callback([&context, arguments] {
        arguments->options.argv = context.argv;
        context.body = [arguments] { return bisect(*arguments); };
    });
}

}  // namespace diobench
