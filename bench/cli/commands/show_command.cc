// SPDX-License-Identifier: GPL-2.0-only
// diobench show: whatever has ended, said once more.
#include <cstdio>
#include <fmt/format.h>
#include <memory>

#include "bench/cli/commands/command.h"
#include "bench/cli/commands/print_run.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/run/conformance_gate.h"
#include "bench/host/verify/verify_kernels.h"
#include "bench/nightly/night_record.h"
#include "bench/results/compare/next_of_run.h"
#include "bench/results/export/conformance_text.h"
#include "bench/results/export/markdown.h"
#include "bench/results/export/report.h"
#include "bench/results/export/run_directory.h"
#include "bench/results/export/summary.h"
#include "bench/results/history/result_pages.h"
#include "bench/results/store/calibration_file.h"
#include "bench/results/store/clock_file.h"
#include "bench/verdict/attempt/attempt.h"
#include "bench/verdict/bisect/bisect.h"
#include "bench/verdict/judge/gate_ci.h"
#include "bench/verdict/judge/gate_json.h"
#include "bench/verdict/judge/gate_text.h"
#include "bench/verdict/judge/read_gate.h"

namespace diobench {

namespace {

struct ShowArguments {
    std::string directory;
    bool all = false;
    bool json = false;
    bool markdown = false;
    bool report = true;
};

Status show_gate(const fs::path& directory, const ShowArguments& arguments) {
    auto report = read_gate(directory);
    if (!report) return forward(report);
    fmt::print("{}{}", gate_text(*report, GateInk::terminal), arguments.all ? gate_table(*report, GateInk::terminal) : "");
    return {};
}

Status show_results(const fs::path& directory, const ShowArguments&) {
    auto results = read_run(directory.string());
    if (!results) return forward(results);
    if (results->run.suite == kMutantSuite) {
        fmt::print("{}", mutants_text(results->kernels, kTextWidth, Ink::terminal));
    } else if (results->cells.empty()) {
        fmt::print("{}", conformance_text(results->kernels, kTextWidth, Ink::terminal));
        for (const KernelResult& kernel : results->kernels)
            for (const ConformanceEntry& one : kernel.conformance)
                if (one.status == ConformanceStatus::fail && !one.known) {
                    if (auto given = kernel_as_given(results->run, kernel.name)) fmt::print("next: diobench verify {} --case {}\n", *given, one.case_name);
                    return {};
                }
    } else {
        // A kernel may have failed verification since it was measured.
        if (auto s = refuse_unverified_numbers(*results); !s) return s;
        print_run(*results, directory);
    }
    return {};
}

Result<std::string> markdown_of_gate(const fs::path& directory) {
    auto report = read_gate(directory);
    if (!report) return forward(report);
    return github_step_summary(*report);
}

Result<std::string> markdown_of_results(const fs::path& directory) {
    auto results = read_run(directory.string());
    if (!results) return forward(results);
    if (auto s = refuse_unverified_numbers(*results); !s) return forward(s);
    return markdown_text(*results, shell_text(results->run.argv));
}

/// The words it ended with.
template <const std::string_view& file>
Status show_text(const fs::path& directory, const ShowArguments&) {
    auto text = read_file(directory / file);
    if (!text) return forward(text);
    fmt::print("{}", *text);
    return {};
}

Result<fs::path> draw_results(const fs::path& directory) {
    auto results = read_run(directory.string());
    if (!results) return forward(results);
    return draw_run(directory, *results);
}

struct Kind {
    std::string_view file;  ///< that only this kind has, and JSON
    Status (*show)(const fs::path& directory, const ShowArguments& arguments);
    Result<fs::path> (*draw)(const fs::path& directory) = nullptr;          ///< null: it has no page
    Result<std::string> (*markdown)(const fs::path& directory) = nullptr;  ///< null: it has none
};

/// The first whose file is there: a run has a clock.json and a calibration.json as well.
constexpr Kind kKinds[] = {
    {kNightFileName, show_text<kNightTextFileName>},
    {kAttemptFileName, show_text<kSummaryFileName>},
    {kBisectFileName, show_text<kSummaryFileName>},
    {kGateFileName, show_gate, write_report, markdown_of_gate},
    {kResultsFileName, show_results, draw_results, markdown_of_results},
    {kCalibrationFileName, show_text<kSummaryFileName>},
    {kClockFileName, show_text<kSummaryFileName>},
};

/// report.html; drawn if it is not there yet. Empty: this kind has none.
Result<fs::path> page_of(const Kind& kind, const fs::path& directory) {
    const fs::path page = directory / kReportFileName;
    if (fs::exists(page)) return page;
    if (kind.draw == nullptr) return fs::path();
    Progress progress("report");
    progress.update(0, 0, "drawing plots");
    return kind.draw(directory);
}

/// A path, a name below out/, or an id that the store knows.
Result<fs::path> find_directory(const std::string& given) {
    const fs::path named = run_directory(given);
    if (fs::exists(named)) return named;
    auto store = ResultStore::open_existing();
    if (!store) return forward(store);
    if (!*store) return named;
    auto pages = ResultPages::open(**store, "out", fs::path("out") / "nights");
    if (!pages) return forward(pages);
    const fs::path known = pages->directory_of(given);
    return known.empty() ? named : known;
}

Result<ExitCode> show(const ShowArguments& arguments) {
    auto found = find_directory(arguments.directory);
    if (!found) return forward(found);
    fs::path directory = std::move(*found);
    if (fs::is_regular_file(directory)) directory = fs::absolute(directory).parent_path();
    for (const Kind& kind : kKinds) {
        if (!fs::exists(directory / kind.file)) continue;
        if (arguments.json) {
            auto text = read_file(directory / kind.file);
            if (!text) return forward(text);
            fmt::print("{}", *text);
            return ExitCode::ok;
        }
        if (arguments.markdown) {
            if (kind.markdown == nullptr) return fail("show", "--markdown", fmt::format("only runs and gates have it; {} is neither", (directory / kind.file).string()));
            auto text = kind.markdown(directory);
            if (!text) return forward(text);
            fmt::print("{}", *text);
            return ExitCode::ok;
        }
        if (auto s = kind.show(directory, arguments); !s) return forward(s);
        std::fflush(stdout);
        if (!arguments.report) return ExitCode::ok;
        auto page = page_of(kind, directory);
        if (!page) return forward(page);
        if (!page->empty()) fmt::print(stderr, "{}\n", coloured(fs::absolute(*page).lexically_normal().string(), Colour::bold, 2));
        return ExitCode::ok;
    }
    if (!fs::exists(directory)) return fail("show", directory.string(), "there is no such file or folder; name an output directory, or the id of a run or gate whose directory is still there (diobench history runs lists runs)");
    return fail("show", arguments.directory.empty() ? directory.string() : arguments.directory, "nothing that has ended lies there: it holds none of " + [] {
        std::vector<std::string> files;
        for (const Kind& kind : kKinds) files.emplace_back(kind.file);
        return join(files, ", ");
    }());
}

}  // namespace

void register_show_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<ShowArguments>();
    auto* command = app.add_subcommand("show", "Say once more what a run, gate, night, verify, try, bisect or calibration found, with its page");
    command->footer("Examples:\n"
                    "  diobench show                     what ended last\n"
                    "  diobench show out/20261123-...    anything that has ended; its id alone, as history names it, will do\n"
                    "  diobench show --all DIR           of a gate: every test that decided");
    command->add_option("WHAT", arguments->directory, "Output directory, a file in it, its name below out/, or the id of a run, gate or night (default out/latest)");
    command->add_flag("--all", arguments->all, "Of a gate: every deciding test with its metrics and functions, notes and self-tests");
    command->add_flag("--json", arguments->json, "Print the file itself: results.json, gate.json, night.json, try.json, ...");
    command->add_flag("--markdown", arguments->markdown, "Print the answer of a run or gate as Markdown, for the text of a pull request")->excludes("--json");
    command->add_flag("!--no-report", arguments->report, "Do not draw a page that is missing");
    command->callback([&context, arguments] { context.body = [arguments] { return show(*arguments); }; });
}

}  // namespace diobench
