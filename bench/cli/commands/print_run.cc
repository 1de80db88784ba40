// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/print_run.h"

#include <fmt/format.h>

#include "bench/common/base/terminal.h"
#include "bench/host/machine/qemu.h"
#include "bench/results/compare/answer.h"
#include "bench/results/compare/comparison.h"
#include "bench/results/compare/floor.h"
#include "bench/results/store/clock_file.h"

namespace diobench {

namespace {

/// The kernel's worst read of all classes, where the machine counts: what it executes tells why. Empty: nothing is worse.
std::string next_after(const ClassTable& table) {
    if (table.results->run.machine != "exact") return "";
    const ReadPair* worst = nullptr;
    for (const ClassRow& row : table.work) {
        const ClassFigure* figure = row.direct ? table.figure(row, table.candidate) : nullptr;
        if (figure == nullptr || figure->worse == 0 || !figure->gap.empty()) continue;
        if (worst == nullptr || figure->worst.ratio > worst->ratio) worst = &figure->worst;
    }
    if (worst == nullptr) return "";
    const std::string kernels = table.reference == table.candidate || table.results->find_kernel(table.reference) == nullptr ? "" : fmt::format(" --kernel {}", table.reference);
    return fmt::format("diobench profile{} --kernel {} --suite {} --filter {}", kernels, table.candidate, table.results->run.suite, shell_text({worst->cell->cell}));
}

}  // namespace

void print_run(const Results& results, const fs::path& directory) {
    std::string next;
    if (auto comparison = compare_arms(results, {})) {
        if (auto answer = answer_of(*comparison)) {
            fmt::print("{}", answer_text(*answer, kTextWidth, Colours::on_terminals));
            next = next_after(answer->table);
        } else fmt::print(stderr, "{}\n", answer.error().message());
        for (const auto& sentence : wrong_floors(results)) fmt::print("{}\n", coloured(sentence, Colour::red));
    }
    const Run& run = results.run;
    fmt::print("\nClock: {}. {}\n", run.clock.unit_is, run.clock.note);
    if (run.clock.kind == "virtual")
        if (auto stopwatch = stopwatch_sentence_of(directory)) fmt::print("{}.\n", *stopwatch);
    for (const auto& finding : run.findings)
        fmt::print("{} {}\n", coloured("!", run.exit_code == 0 ? Colour::yellow : Colour::red), finding);
    if (!next.empty()) fmt::print("next: {}\n", next);
}

}  // namespace diobench
