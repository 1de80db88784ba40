// SPDX-License-Identifier: GPL-2.0-only
// diobench compare: the arms of a finished run side by side, or one arm of two runs.
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/command.h"
#include "bench/common/base/faults.h"
#include "bench/common/base/terminal.h"
#include "bench/host/run/conformance_gate.h"
#include "bench/results/compare/answer.h"
#include "bench/results/compare/comparison.h"
#include "bench/results/compare/floor.h"
#include "bench/results/compare/headline.h"
#include "bench/results/export/run_directory.h"
#include "bench/results/store/results.h"

namespace diobench {

namespace {

struct CompareArguments {
    std::vector<std::string> directories;
    ComparisonOptions options;
    bool all = false;
    bool json = false;
};

/// `warning`: why a kernel would differ from itself; empty if it would not.
Result<Results> read_two(const CompareArguments& arguments, std::string& warning) {
    auto first = read_run(arguments.directories[0]);
    auto second = read_run(arguments.directories[1]);
    Faults faults;
    faults.add(first);
    faults.add(second);
    if (auto s = faults.status(); !s) return forward(s);
    if (auto s = check_comparable(*first, *second); !s) return forward(s);
    const std::string why = first->run.clock.kind == "virtual" ? why_other_instructions(first->run, second->run) : "";
    if (!why.empty())
        warning = fmt::format("These two runs are not of the same instructions: the second was measured with {}. A kernel differs from itself by that: cells of another plan by up to "
                              "9 % (remote) and 2 % (buffered). To judge a kernel: diobench gate.",
                              why);
    return merge_runs(*first, *second, arguments.options.kernels);
}

Status print_for_people(const Comparison& comparison) {
    const Run& run = comparison.results->run;
    fmt::print("run {}  suite {}  machine {}  clock {} ({})\n", run.id, run.suite, run.machine, run.clock.kind, run.clock.unit_is);
    fmt::print("ratio: {} / {}\n\n", comparison.arms[comparison.candidate].title, comparison.arms[comparison.reference].title);
    if (comparison.main_rows_missing && !comparison.rows.empty()) fmt::print("This suite has none of the usual reads; these are its local direct ones.\n\n");
    fmt::print("{}", comparison_tables(comparison, kTextWidth, Colours::on_terminals));
    if (!comparison.rows.empty()) {
        auto answer = answer_of(comparison);
        if (!answer) return forward(answer);
        fmt::print("{}\n", answer_text(*answer, kTextWidth, Colours::on_terminals));
        for (const auto& sentence : answer->sentences) fmt::print("{}\n", wrap_text(sentence, kTextWidth, 2));
    }
    for (const auto& sentence : wrong_floors(*comparison.results)) fmt::print("{}\n", coloured(wrap_text(sentence, kTextWidth, 2), Colour::red));
    auto wrong = problems(*comparison.results);
    if (wrong.empty()) return {};
    fmt::print("\nWithout a number, or wrong:\n");
    for (const auto& sentence : wrong) fmt::print("{}\n", wrap_text("* " + sentence, kTextWidth, 2));
    return {};
}

Result<ExitCode> compare(CompareArguments arguments) {
    if (arguments.directories.size() > 2)
        return fail("compare", arguments.directories[2], "one output directory shows its kernels, two show one kernel of each; these are more");
    bool two = arguments.directories.size() == 2;
    std::string warning;
    auto results = two ? read_two(arguments, warning) : read_run(arguments.directories.empty() ? "" : arguments.directories.front());
    if (!results) return forward(results);
    // A kernel may have failed verification since it was measured.
    if (auto s = refuse_unverified_numbers(*results); !s) return forward(s);
    if (two) arguments.options.kernels.clear();
    if (arguments.all) arguments.options.rows = ComparisonOptions::Rows::all;
    auto comparison = compare_arms(*results, arguments.options);
    if (!comparison) return forward(comparison);
    if (comparison->rows.empty() && !arguments.options.filter.takes_all())
        return fail("compare", join(arguments.options.filter.words(), " "), "no direct read from the local cache matches; --all shows every cell that does");
    if (!warning.empty()) fmt::print(stderr, "{}\n\n", coloured(wrap_text(warning, kTextWidth, 2), Colour::red, 2));
    if (arguments.json) fmt::print("{}\n", comparison_json(*comparison).dump(2));
    else if (auto s = print_for_people(*comparison); !s) return forward(s);
    return ExitCode::ok;
}

}  // namespace

void register_compare_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<CompareArguments>();
    auto* command = app.add_subcommand("compare", "Show the kernels of a finished run side by side, or one kernel of two runs");
    command->footer("Examples:\n"
                    "  diobench compare                                     the last run\n"
                    "  diobench compare out/before out/after --kernel dio   one kernel, then and now");
    command->add_option("RUN_DIR", arguments->directories, "Output directory of a run (default out/latest), or two of them");
    command->add_option("--kernel", arguments->options.kernels,
                        "Only these kernels: the first is the reference, the last the candidate. With two directories: the kernel of each")
        ->option_text("NAME ...");
    command->add_flag("--all", arguments->all, "Every cell, not only the main reads from the local cache");
    add_filter_options(*command, arguments->options.filter);
    command->add_flag("--json", arguments->json, "Print JSON");
    command->callback([&context, arguments] { context.body = [arguments] { return compare(*arguments); }; });
}

}  // namespace diobench
