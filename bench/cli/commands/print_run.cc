// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/print_run.h"

#include <cstdio>
#include <fmt/format.h>

#include "bench/cli/commands/gate_metrics.h"
#include "bench/common/base/json_text.h"
#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/series.h"
#include "bench/results/compare/answer.h"
#include "bench/results/compare/comparison.h"
#include "bench/results/compare/floor.h"
#include "bench/results/compare/headline.h"
#include "bench/results/history/draw_report.h"
#include "bench/results/store/clock_file.h"

namespace diobench {

void print_run(const Results& results, const fs::path& directory) {
    std::string next;
    if (auto comparison = compare_arms(results, {})) {
        if (auto answer = answer_of(*comparison)) {
            fmt::print("{}", answer_text(*answer, kTextWidth, Colours::on_terminals));
            next = answer->next;
        } else fmt::print(stderr, "{}\n", answer.error().message());
        for (const auto& sentence : wrong_floors(results)) fmt::print("{}\n", coloured(sentence, Colour::red));
    }
    const Run& run = results.run;
    fmt::print("\n");
    for (const auto& kernel : results.kernels)
        for (const auto& note : kernel.notes) fmt::print("{}\n", wrap_text(fmt::format("Kernel {}: {}.", kernel.name, note), kTextWidth, 2));
    for (const auto& kernel : results.kernels)
        if (!kernel.purpose.empty()) fmt::print("{}\n", wrap_text(fmt::format("Kernel {}: {}.", kernel.name, kernel.purpose), kTextWidth, 2));
    fmt::print("Clock: {}. {}\n", run.clock.unit_is, run.clock.note);
    if (run.clock.kind == "virtual")
        if (auto stopwatch = stopwatch_sentence_of(directory)) fmt::print("{}.\n", *stopwatch);
    for (const auto& finding : run.findings)
        fmt::print("{} {}\n", coloured("!", run.exit_code == 0 ? Colour::yellow : Colour::red), finding);
    if (!next.empty()) fmt::print("next: {}\n", next);
}

Result<fs::path> draw_run(const fs::path& directory, const Results& results) {
    auto wanted = gate_metrics();
    if (!wanted) return forward(wanted);
    auto revises = known_revisions();
    if (!revises) return forward(revises);
    return draw_report(directory, results, *revises, *wanted);
}

void add_shown_options(CLI::App& command, RunShown& shown) {
    command.add_flag("--json", shown.json, "Print results.json instead of the comparison");
    command.add_flag("!--no-report", shown.report, "Do not draw plots and report.html");
}

Result<ExitCode> tell_run(const RunOutcome& outcome, const RunShown& shown, const std::string& how) {
    fs::path page = outcome.directory / kResultsFileName;
    if (shown.report) {
        auto report = draw_run(outcome.directory, outcome.results);
        if (!report) return forward(report);
        page = *report;
    }
    if (shown.json) fmt::print("{}\n", json_text(to_json(outcome.results)));
    else print_run(outcome.results, outcome.directory);
    std::fflush(stdout);
    fmt::print(stderr, "\n{} {}; {}\n", outcome.results.run.id, how, coloured(fs::absolute(page).lexically_normal().string(), Colour::bold, 2));
    return outcome.exit_code;
}

}  // namespace diobench
