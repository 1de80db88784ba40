// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/program.h"

#include <fmt/format.h>

#include "bench/cli/commands/command.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"

namespace diobench {

namespace {

/// A command under the heading that --help shows it below, in that order.
struct GroupedCommand {
    const char* group;
    void (*register_command)(CLI::App& app, CommandContext& context);
};

constexpr GroupedCommand kCommands[] = {
    {"Every day", register_doctor_command},     {"Every day", register_try_command},      {"Every day", register_run_command},
    {"Every day", register_verify_command},     {"Every day", register_gate_command},     {"Every day", register_bisect_command},
    {"Look", register_show_command},            {"Look", register_compare_command},         {"Look", register_report_command},
    {"Look", register_history_command},         {"Look", register_export_command},          {"Measure", register_kernel_command},
    {"Measure", register_plan_command},         {"Measure", register_profile_command},      {"Measure", register_trace_command},
    {"Unattended", register_nightly_command},   {"Unattended", register_serve_command},     {"Trust", register_selftest_command},
    {"Trust", register_calibrate_command},      {"Trust", register_overhead_command},
};

}  // namespace

int run_program(int argc, char** argv) {
    install_interrupt_handler();
    CommandContext context;
    context.argv.assign(argv, argv + argc);
    CLI::App app("Direct versus buffered reads on EROFS over fscache: what does true direct I/O buy, and did this patch make it better?\n"
                 "Start with: diobench doctor; then diobench run --kernel fallback --kernel dio",
                 "diobench");
    app.set_version_flag("--version", DIOBENCH_VERSION);
    app.require_subcommand(1);
    app.footer("Exit codes: 0 ok or pass, 1 a regression or a failed check, 2 wrong usage or environment, 3 inconclusive,\n"
               "4 invalid (wrong data, missing cell, proof of mode failed, machine died).");
    for (const auto& [group, register_command] : kCommands) {
        register_command(app, context);
        app.get_subcommands([](const CLI::App*) { return true; }).back()->group(group);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    }
    auto code = context.body();
    if (!code) {
        fmt::print(stderr, "{} {}\n", coloured("diobench:", Colour::red, 2), code.error().message());
        return interrupted() ? 130 : static_cast<int>(code.error().code);
    }
    return static_cast<int>(*code);
}

}  // namespace diobench
