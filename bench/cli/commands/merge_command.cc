// SPDX-License-Identifier: GPL-2.0-only
// diobench merge: the parts of a run as one.
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/cli/commands/print_run.h"
#include "bench/host/run/merge.h"

namespace diobench {

namespace {

struct MergeArguments {
    std::vector<fs::path> directories;
    fs::path output;
    RunShown shown;
};

Result<ExitCode> merge(const MergeArguments& arguments, const std::vector<std::string>& argv) {
    auto outcome = merge_shards(arguments.directories, arguments.output, argv);
    if (!outcome) return forward(outcome);
    return tell_run(*outcome, arguments.shown, fmt::format("of {} parts", arguments.directories.size()));
}

}  // namespace

void register_merge_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<MergeArguments>();
    auto* command = app.add_subcommand("merge", "Make one run of its parts, which several machines made with run --shard");
    command->footer("Examples:\n"
                    "  diobench run --kernel dio --kernel fallback --shard 1/2 --out part-1     here\n"
                    "  diobench run --kernel dio --kernel fallback --shard 2/2 --out part-2     there\n"
                    "  diobench merge part-1 part-2\n"
                    "On machine exact the cells are those of the run without --shard, byte by byte.\n"
                    "Exit: as of run; 2 parts of another plan, seed, kernel, guest program or QEMU; 4 a part is missing, or twice there and not the same.");
    command->add_option("RUN_DIR", arguments->directories, "Output directories of all parts")->option_text("...")->required();
    add_output_option(*command, arguments->output, "out/<run id>, with out/latest pointing at it");
    add_shown_options(*command, arguments->shown);
    command->callback([&context, arguments] { context.body = [&context, arguments] { return merge(*arguments, context.argv); }; });
}

}  // namespace diobench
