// SPDX-License-Identifier: GPL-2.0-only
// diobench export: a finished run in the formats of other programs.
#include <fmt/format.h>
#include <functional>
#include <memory>

#include "bench/cli/command.h"
#include "bench/export/run_directory.h"
#include "bench/export/junit.h"
#include "bench/export/prometheus.h"
#include "bench/export/summary.h"

namespace diobench {

namespace {

struct ExportArguments {
    std::string directory;
    std::string prometheus;
    std::string junit;
    std::string summary;
};

Result<ExitCode> export_run(const ExportArguments& arguments) {
    struct Format {
        const std::string& file;
        Status (*write)(const fs::path&, const Results&);
    };
    const Format formats[] = {{arguments.prometheus, write_prometheus}, {arguments.junit, write_junit}, {arguments.summary, write_summary}};
    if (arguments.prometheus.empty() && arguments.junit.empty() && arguments.summary.empty())
        return fail("export", "", "say what to write: --prometheus FILE, --junit FILE or --summary FILE");
    auto results = read_run(arguments.directory);
    if (!results) return forward(results);
    for (const auto& format : formats) {
        if (format.file.empty()) continue;
        if (auto s = format.write(format.file, *results); !s) return forward(s);
        fmt::print("{}\n", format.file);
    }
    return ExitCode::ok;
}

}  // namespace

void register_export_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<ExportArguments>();
    auto* command = app.add_subcommand("export", "Write a finished run in the format of another program");
    command->add_option("RUN_DIR", arguments->directory, "Output directory of a run (default out/latest)");
    command->add_option("--prometheus", arguments->prometheus, "Prometheus text format, e.g. for node_exporter's textfile collector")
        ->option_text("FILE");
    command->add_option("--junit", arguments->junit, "JUnit XML, one test case a cell")->option_text("FILE");
    command->add_option("--summary", arguments->summary, "Plain text for a mail")->option_text("FILE");
    command->callback([&context, arguments] { context.body = [arguments] { return export_run(*arguments); }; });
}

}  // namespace diobench
