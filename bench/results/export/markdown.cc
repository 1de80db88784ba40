// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/markdown.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "bench/common/base/text.h"
#include "bench/results/compare/answer.h"
#include "bench/results/compare/floor.h"
#include "bench/results/compare/size_text.h"

namespace diobench {

namespace {

std::string item(std::string_view text) { return fmt::format("* {}\n", escape_markdown(text)); }

std::string table_row(const ClassRow& row) {
    std::string out = fmt::format("| {} |", row.title);
    for (const auto& figure : row.figures) out += fmt::format(" {} |", figure.gap.empty() ? trim(figure_text(figure)) : figure.gap);
    return out + "\n";
}

std::string table_of(const ClassTable& table, const std::vector<ClassRow>& rows) {
    if (rows.empty()) return "";
    std::string head = fmt::format("| {} |", block_title(rows));
    std::string rule = "|:--|";
    for (const auto& kernel : table.kernels) {
        head += fmt::format(" {} |", escape_markdown(kernel));
        rule += "--:|";
    }
    std::string out = head + "\n" + rule + "\n";
    for (const auto& row : rows) out += table_row(row);
    return out + "\n";
}

/// "16 of 16 checks of bytes passed".
std::string checks_text(const KernelResult& kernel) {
    auto count = [&](ConformanceStatus status, bool known) {
        return std::ranges::count_if(kernel.conformance, [&](const auto& entry) { return entry.status == status && entry.known == known; });
    };
    const auto passed = count(ConformanceStatus::pass, false);
    const auto known = count(ConformanceStatus::fail, true);
    const std::string out = fmt::format("{} of {} checks of bytes passed", passed, passed + known + count(ConformanceStatus::fail, false));
    return known == 0 ? out : fmt::format("{} ({} failed as its series says)", out, known);
}

/// "212 of 302 cells have numbers (90 unsupported)".
std::string cells_text(const Results& results, std::string_view kernel) {
    std::map<CellStatus, size_t> count;
    size_t all = 0;
    for (const auto& cell : results.cells)
        if (cell.kernel == kernel) ++all, ++count[cell.status];
    std::vector<std::string> without;
    for (const auto& [status, cells] : count)
        if (status != CellStatus::ok) without.push_back(fmt::format("{} {}", cells, status_name(status)));
    const std::string out = fmt::format("{} of {} cells have numbers", count[CellStatus::ok], all);
    return without.empty() ? out : fmt::format("{} ({})", out, join(without, ", "));
}

std::string checked(const Results& results) {
    std::string out;
    for (const auto& sentence : wrong_floors(results)) out += item(sentence);
    for (const auto& kernel : results.kernels)
        out += item(fmt::format("{} (Linux {}): {}; {}{}", kernel.name, kernel.base_version, checks_text(kernel), cells_text(results, kernel.name),
                                kernel.size ? "; " + size_text(*kernel.size) : ""));
    const Run& run = results.run;
    return out + item(fmt::format("Machine {}, suite {}, seed {}, {} clock: {}.", run.machine, run.suite, run.seed, run.clock.kind, run.clock.unit_is));
}

}  // namespace

std::string escape_markdown(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '|' ? "\\|" : c == '\n' ? " " : c == '<' ? "&lt;" : c == '*' ? "\\*" : std::string(1, c);
    return out;
}

Result<std::string> markdown_text(const Comparison& comparison, const std::string& command) {
    auto answer = answer_of(comparison);
    if (!answer) return forward(answer);
    const Results& results = *comparison.results;
    const ClassTable& table = answer->table;
    std::string out = fmt::format("## diobench: {} against {}\n\n**Recommendation.**", escape_markdown(table.candidate), escape_markdown(table.reference));
    for (const auto& clause : answer->recommendation) out += " " + escape_markdown(clause.text);
    out += "\n\n" + table_of(table, table.work) + table_of(table, table.time);
    out += fmt::format("{} = 1: median (best - worst read of the class); ! marks a class with a read that is worse.\n\n", escape_markdown(table.reference));
    out += "### Cost\n";
    for (const auto& sentence : answer->worst) out += item(sentence);
    for (const auto& sentence : answer->sentences)
        if (sentence.starts_with("Cost")) out += item(sentence);
    out += "\n### Checked\n" + checked(results);
    const auto git = results.run.tool.find("git");
    out += fmt::format("\n### To reproduce\nAt commit {} of diobench:\n```sh\n{}\n```\n", git == results.run.tool.end() ? "unknown" : git->second, command);
    return out;
}

Result<std::string> markdown_text(const Results& results, const std::string& command) {
    if (results.cells.empty()) return fail("write Markdown of run", results.run.id, "it measured no cell: take a run of `diobench run`; export --summary is of any");
    auto comparison = compare_arms(results, {});
    if (!comparison) return forward(comparison);
    return markdown_text(*comparison, command);
}

}  // namespace diobench
