// SPDX-License-Identifier: GPL-2.0-only
// diobench export: a finished run in the formats of other programs.
#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <functional>
#include <memory>

#include "bench/cli/commands/command.h"
#include "bench/cli/commands/gate_metrics.h"
#include "bench/common/base/text.h"
#include "bench/host/run/conformance_gate.h"
#include "bench/results/export/csv.h"
#include "bench/results/export/google_benchmark.h"
#include "bench/results/export/junit.h"
#include "bench/results/export/markdown.h"
#include "bench/results/export/prometheus.h"
#include "bench/results/export/run_directory.h"
#include "bench/results/export/summary.h"
#include "bench/results/export/textfile.h"
#include "bench/results/serve/store_families.h"

namespace diobench {

namespace {

struct ExportArguments {
    std::string directory;
    std::string prometheus;
    std::string junit;
    std::string summary;
    std::string csv;
    std::string markdown;
    std::string google_benchmark;
    std::string textfile;
    std::string push;
    std::string instance;
};

/// What monitoring gets: the numbers that gate, for a collector or a gateway.
Status export_to_monitoring(const ExportArguments& arguments, const Results& results) {
    if (arguments.textfile.empty() && arguments.push.empty()) return {};
    auto wanted = gate_metrics();
    if (!wanted) return forward(wanted);
    auto families = textfile_families(results, [&](const CellResult& cell, const Metric& metric) { return (*wanted)(results.run, cell, metric); });
    if (!families) return forward(families);
    // A file that nights write as well does not lose them by this.
    auto store = ResultStore::open_existing(default_store());
    if (!store) return forward(store);
    if (*store) {
        auto verdicts = judgement_families(**store, kLastResultAge_s, std::time(nullptr));
        if (!verdicts) return forward(verdicts);
        merge_families(*families, std::move(*verdicts));
    }
    if (!arguments.textfile.empty()) {
        if (auto s = write_textfile(arguments.textfile, *families); !s) return s;
        fmt::print("{}\n", arguments.textfile);
    }
    if (arguments.push.empty()) return {};
    auto target = parse_push_target(arguments.push, arguments.instance);
    if (!target) return forward(target);
    if (auto s = push(*target, *families); !s) return s;
    fmt::print("{}:{} job=diobench instance={}\n", target->host, target->port, target->instance);
    return {};
}

Status export_to_google_benchmark(const std::string& directory, const Results& results) {
    if (directory.empty()) return {};
    auto files = write_google_benchmark(directory, results);
    if (!files) return forward(files);
    for (const auto& file : *files) fmt::print("{}\n", file.string());
    return {};
}

Status export_markdown(const std::string& file, Results results) {
    if (file.empty()) return {};
    // A kernel may have failed verification since it was measured.
    if (auto s = refuse_unverified_numbers(results); !s) return s;
    auto text = markdown_text(results, shell_text(results.run.argv));
    if (!text) return forward(text);
    if (auto s = write_file_atomic(file, *text); !s) return s;
    fmt::print("{}\n", file);
    return {};
}

Result<ExitCode> export_run(const ExportArguments& arguments) {
    struct Format {
        const std::string& file;
        Status (*write)(const fs::path&, const Results&);
    };
    const Format formats[] = {{arguments.prometheus, write_prometheus}, {arguments.junit, write_junit}, {arguments.summary, write_summary}, {arguments.csv, write_csv}};
    const auto given = {&arguments.prometheus, &arguments.junit, &arguments.summary, &arguments.csv, &arguments.markdown, &arguments.google_benchmark, &arguments.textfile, &arguments.push};
    if (std::all_of(given.begin(), given.end(), [](const std::string* text) { return text->empty(); }))
        return fail("export", "", "say what to write: --prometheus FILE, --junit FILE, --summary FILE, --csv FILE, --markdown FILE, --google-benchmark DIR, --textfile FILE or --push URL");
    auto results = read_run(arguments.directory);
    if (!results) return forward(results);
    for (const auto& format : formats) {
        if (format.file.empty()) continue;
        if (auto s = format.write(format.file, *results); !s) return forward(s);
        fmt::print("{}\n", format.file);
    }
    if (auto s = export_markdown(arguments.markdown, *results); !s) return forward(s);
    if (auto s = export_to_google_benchmark(arguments.google_benchmark, *results); !s) return forward(s);
    if (auto s = export_to_monitoring(arguments, *results); !s) return forward(s);
    return ExitCode::ok;
}

}  // namespace

void register_export_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<ExportArguments>();
    auto* command = app.add_subcommand("export", "Write a finished run in the format of another program");
    command->footer("Examples:\n"
                    "  diobench export --csv cells.csv                      of the last run\n"
                    "  diobench export out/latest --markdown answer.md --junit cells.xml");
    command->add_option("RUN_DIR", arguments->directory, "Output directory of a run (default out/latest)");
    command->add_option("--prometheus", arguments->prometheus, "Prometheus text format, every number and histogram")
        ->option_text("FILE");
    command->add_option("--junit", arguments->junit, "JUnit XML, one test case a cell")->option_text("FILE");
    command->add_option("--summary", arguments->summary, "Plain text for a mail")->option_text("FILE");
    command->add_option("--csv", arguments->csv, "A table of all cells: a row a cell of a kernel, a column a dimension or a metric")->option_text("FILE");
    command->add_option("--markdown", arguments->markdown, "The answer as Markdown, for the text of a pull request")->option_text("FILE");
    command->add_option("--google-benchmark", arguments->google_benchmark, "Google Benchmark's JSON for its compare.py: DIR/benchmark-KERNEL.json of each kernel")
        ->option_text("DIR");
    command->add_option("--textfile", arguments->textfile, "For node_exporter's textfile collector: the numbers that gate; replaced in one step")
        ->option_text("DIR/diobench.prom");
    command->add_option("--push", arguments->push, "The same to a Pushgateway, in the place of what it had of this instance")->option_text("URL");
    command->add_option("--instance", arguments->instance, "Name of this machine at the Pushgateway (default: the host's)")->needs("--push");
    command->callback([&context, arguments] { context.body = [arguments] { return export_run(*arguments); }; });
}

}  // namespace diobench
