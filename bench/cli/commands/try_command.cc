// SPDX-License-Identifier: GPL-2.0-only
// diobench try: are these patches right, and do they cost anything?
#include <cstdio>
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/common/base/json_text.h"
#include "bench/verdict/attempt/attempt_text.h"
#include "bench/verdict/attempt/try_patches.h"

namespace diobench {

namespace {

struct TryArguments {
    AttemptOptions options;
    bool three_way = false;
    bool force = false;
    bool json = false;
};

void show_step(const AttemptStep& step) {
    fmt::print("{}", step_line(step));
    std::fflush(stdout);
}

Result<ExitCode> try_command(TryArguments arguments) {
    AttemptOptions& options = arguments.options;
    options.fit = arguments.three_way ? Fit::threeway : Fit::exact;
    options.existing = arguments.force ? Existing::replace : Existing::refuse;
    if (!options.revision.empty() && options.tree.empty()) return fail("try", "--rev " + options.revision, "it needs --tree DIR, the kernel tree it is a revision of");
    auto report = try_patches(options, arguments.json ? nullptr : show_step);
    if (!report) return forward(report);
    if (arguments.json) fmt::print("{}\n", json_text(attempt_json(*report)));
    else fmt::print("{}", verdict_lines(*report));
    std::fflush(stdout);
    return report->exit_code();
}

constexpr const char* kTryHelp =
    "Try patches: apply, build, verify, gate, and name the patch if it is red and there are several.\n"
    "The series is temporary: it lies in the output directory, and neither the project nor the history learns of it.";

constexpr const char* kTryExamples =
    "Examples:\n"
    "  diobench try 0001-erofs-x.patch --on dio\n"
    "  diobench try t.mbox.gz --on dio-sync --keep dio-v4\n"
    "  diobench try v6.12..my-branch --tree ~/linux --on base\n"
    "  diobench try ~/my-series --where io=direct,block_size=4k --seeds 5\n"
    "Exit: 0 right and not slower, 1 a case failed or a regression, 2 wrong usage, or it does not apply or build,\n"
    "3 inconclusive, 4 invalid (it does not boot, wrong bytes while measured).";

}  // namespace

void register_try_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<TryArguments>();
    AttemptOptions& options = arguments->options;
    auto* command = app.add_subcommand("try", kTryHelp);
    command->footer(kTryExamples);
    command->add_option("WHAT", options.what, "Patches, mails, an mbox, a folder of them; or one revision or range A..B of --tree")->required()->option_text("PATCH|MBOX|DIR|REV ...");
    command->add_option("--on", options.on, fmt::format("SERIES or SERIES@BASE that it stands on and is compared with; base: none (default what a folder's series.toml requires, else {})", kUsualGround))
        ->option_text("SERIES");
    command->add_option("--keep", options.keep, "Make it a series of the project by this name, and tell the history of it")->option_text("NAME");
    command->add_flag("--force", arguments->force, "With --keep: replace a series of this name");
    command->add_flag("--3way", arguments->three_way, "Merge patches that do not fit exactly, and say what was moved or merged");
    command->add_option("--tree", options.tree, "Kernel source instead of Debian's; of a revision: its git tree (default: the kernel tree we are in)")->check(CLI::ExistingDirectory)->option_text("DIR");
    command->add_option("--rev", options.revision, "Revision of the source --tree")->option_text("REV");
    command->add_option("--case", options.cases, "Verify only cases whose name matches (default all); '*' also matches '/'; may be repeated")->option_text("GLOB ...");
    command->add_option("--suite", options.suite, "Cells of the gate (suites = [...] in workloads/*.toml)")->capture_default_str();
    add_filter_options(*command, options.filter, "Gate only");
    command->add_option("--seeds", options.seeds, "Pairs of runs of the gate, each with its own seed; undecided metrics get up to twice as many")
        ->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--seed", options.seed, "The first seed")->capture_default_str();
    command->add_option("--policy", options.policy, "What gates and what may change (default gate.toml of the project)")->check(CLI::ExistingFile);
    add_output_option(*command, options.output, "out/<run id>");
    command->add_option("--jobs", options.jobs, "Machines side by side (default: as verify and gate choose)");
    command->add_flag("!--no-report", options.report, "Do not draw the gate's page");
    command->add_flag("--json", arguments->json, "Print try.json instead of text");
    command->callback([&context, arguments] {
        arguments->options.argv = context.argv;
        context.body = [arguments] { return try_command(*arguments); };
    });
}

}  // namespace diobench
