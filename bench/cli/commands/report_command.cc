// SPDX-License-Identifier: GPL-2.0-only
// diobench report: plots and the HTML page of a finished run.
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/command.h"
#include "bench/cli/commands/print_run.h"
#include "bench/common/base/terminal.h"
#include "bench/results/export/run_directory.h"

namespace diobench {

void register_report_command(CLI::App& app, CommandContext& context) {
    auto directory = std::make_shared<std::string>();
    auto* command = app.add_subcommand("report", "Draw the plots and the HTML page of a finished run");
    command->footer("Example:\n  diobench report out/latest");
    command->add_option("RUN_DIR", *directory, "Output directory of a run (default out/latest)");
    command->callback([&context, directory] {
        context.body = [directory]() -> Result<ExitCode> {
            auto results = read_run(*directory);
            if (!results) return forward(results);
            Progress progress("report");
            progress.update(0, 0, "drawing plots");
            auto page = draw_run(run_directory(*directory), *results);
            if (!page) return forward(page);
            progress.finish(fmt::format("report: wrote {} and the plots in {}", page->string(), (page->parent_path() / "plots").string()));
            return ExitCode::ok;
        };
    });
}

}  // namespace diobench
