// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/program.h"

#include <fmt/format.h>

#include "bench/cli/commands/command.h"
#include "bench/common/base/process.h"
#include "bench/common/base/terminal.h"

namespace diobench {

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
    register_doctor_command(app, context);
    register_kernel_command(app, context);
    register_try_command(app, context);
    register_verify_command(app, context);
    register_plan_command(app, context);
    register_run_command(app, context);
    register_compare_command(app, context);
    register_profile_command(app, context);
    register_gate_command(app, context);
    register_calibrate_command(app, context);
    register_nightly_command(app, context);
    register_bisect_command(app, context);
    register_report_command(app, context);
    register_export_command(app, context);
    register_history_command(app, context);
    register_serve_command(app, context);
    register_overhead_command(app, context);
    register_trace_command(app, context);
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
