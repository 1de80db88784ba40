// SPDX-License-Identifier: GPL-2.0-only
// diobench nightly: everything a night does, for a timer.
#include <cstdio>
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/command.h"
#include "bench/cli/commands/gate_metrics.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/paths.h"
#include "bench/nightly/night.h"

namespace diobench {

namespace {

struct NightlyArguments {
    fs::path config;
    NightOptions options;
    bool json = false;
};

Result<ExitCode> nightly(const NightlyArguments& arguments) {
    const fs::path file = arguments.config.empty() ? settings_file("nightly.toml") : arguments.config;
    if (!fs::exists(file))
        return fail("nightly", file.string(), fmt::format("there is none, nor {}: say what to measure in one (example: /usr/share/doc/diobench/examples/nightly.toml)", (config_root() / "nightly.toml").string()));
    auto config = read_night_config(file);
    if (!config) return forward(config);
    NightOptions options = arguments.options;
    auto wanted = gate_metrics();
    if (!wanted) return forward(wanted);
    options.wanted = *wanted;
    auto outcome = run_night(*config, options);
    if (!outcome) return forward(outcome);
    if (arguments.json) fmt::print("{}\n", json_text(night_json(outcome->night)));
    else fmt::print("{}", outcome->text);
    std::fflush(stdout);
    return outcome->night.exit_code();
}

}  // namespace

void register_nightly_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<NightlyArguments>();
    auto* command = app.add_subcommand("nightly", "Fetch, build, verify, run, judge, export and tell: a whole night, unattended");
    command->footer("Examples:\n"
                    "  diobench nightly --config ~/nightly.toml --resume     what a timer calls (scripts/systemd, scripts/diobench.cron)\n"
                    "One night at a time; the ten lines it prints are mail.txt of its folder.\n"
                    "Exit: 0 pass, 1 a regression or a failed conformance case, 2 the environment (disk, network, a kernel that does not build),\n"
                    "3 inconclusive, 4 invalid (nothing measured, a machine that died, a cell without a number).");
    command->add_option("--config", arguments->config, "What to measure and whom to tell (default nightly.toml of ~/.config/diobench, else of the clone; docs/nightly.md)")->check(CLI::ExistingFile)->option_text("FILE");
    command->add_flag("--resume", arguments->options.resume, "Go on with the last night if it did not end; else begin a new one");
    command->add_flag("--json", arguments->json, "Print night.json instead of the text");
    command->callback([&context, arguments] {
        arguments->options.argv = context.argv;
        context.body = [arguments] { return nightly(*arguments); };
    });
}

}  // namespace diobench
