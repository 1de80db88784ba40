// SPDX-License-Identifier: GPL-2.0-only
// diobench overhead: what does the harness itself cost, beside fio?
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/cell_options.h"
#include "bench/cli/commands/command.h"
#include "bench/cli/commands/run_overhead.h"
#include "bench/common/base/files.h"

namespace diobench {

namespace {

struct OverheadArguments {
    uint64_t seconds_limit = 240;
    unsigned rounds = 5;
    std::string fio;
    std::string t_io_uring;
    std::string output;
    bool json = false;
};

Result<ExitCode> overhead(const OverheadArguments& arguments) {
    OverheadOptions options;
    options.time_limit = std::chrono::seconds(arguments.seconds_limit);
    options.rounds = arguments.rounds;
    options.programs.fio = arguments.fio;
    options.programs.t_io_uring = arguments.t_io_uring;
    auto measured = run_overhead(options);
    if (!measured) return forward(measured);
    const std::string json = measured->to_json().dump(1) + "\n";
    if (!arguments.output.empty())
        if (auto s = write_file_atomic(arguments.output, json); !s) return forward(s);
    fmt::print("{}", arguments.json ? json : overhead_text(*measured));
    return measured->missed_aims().empty() ? ExitCode::ok : ExitCode::failed_check;
}

}  // namespace

void register_overhead_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<OverheadArguments>();
    auto* command = app.add_subcommand("overhead",
        "Compare diobench's reader with fio, both run in turn on this host: instructions a read without I/O (valgrind\n"
        "counts both), and reads a second of io_uring on a file in the page cache; these beside fio's t/io_uring, too.");
    command->footer("Example:\n"
                    "  diobench overhead --rounds 2\n"
                    "Exit: 0 all aims hold, 1 one does not, 2 it could not be run.  The last result is kept for reports.");
    command->add_option("--seconds-limit", arguments->seconds_limit, "After two rounds, begin none that would end later")->check(CLI::Range(10, 86400))->capture_default_str();
    command->add_option("--rounds", arguments->rounds, "Rounds of ours, theirs, theirs, ours")->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--fio", arguments->fio, "fio to compare with (default: the static one that guests run)")->check(CLI::ExistingFile);
    command->add_option("--t-io-uring", arguments->t_io_uring, "t/io_uring to compare with (default: the one of that fio's build); must be 3.33's")->check(CLI::ExistingFile);
    command->add_option("--out", arguments->output, "Write the result as JSON into this file as well")->check(in_existing_folder())->option_text("FILE");
    command->add_flag("--json", arguments->json, "Print JSON instead of a table");
    command->callback([&context, arguments] { context.body = [arguments] { return overhead(*arguments); }; });
}

}  // namespace diobench
