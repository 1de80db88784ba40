// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/attribute.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/host/profile/difference.h"
#include "bench/verdict/judge/deciding_lines.h"

namespace diobench {

namespace {

/// Of those that are better; of those that decide each is.
constexpr size_t kBetterCells = 8;

/// "f.isra.0", "f.cold" and "f [module]" are f.
bool is_patched(const std::string& function, const std::set<std::string>& patched) { return patched.contains(function.substr(0, function.find_first_of(". "))); }

Result<std::vector<AttributedFunction>> functions_of(const ProfiledPair& profiles, const std::set<std::string>& patched, const GateReport& report,
                                                     const std::string& cell) {
    const CellProfile* before = profiles.baseline.find(report.baseline, cell, profiles.seed);
    const CellProfile* after = profiles.candidate.find(report.candidate, cell, profiles.seed);
    CellProfile not_proved;
    if (const CellProfile* found = profiles.candidate.find_not_proved(report.candidate, cell, profiles.seed); after == nullptr && found != nullptr && before != nullptr) {
        not_proved = *found;
        not_proved.ops = before->ops;  // the plan is the same for both
        after = &not_proved;
    }
    if (before == nullptr || after == nullptr) return fail("count instructions of", cell, "one of the kernels gave no count for it", ExitCode::invalid);
    auto difference = diff(*before, *after);
    if (!difference) return forward(difference);
    std::vector<AttributedFunction> out;
    for (const auto& row : difference->rows)
        out.push_back({row.function, difference->per_op(static_cast<double>(row.baseline.instructions)),
                       difference->per_op(static_cast<double>(row.candidate.instructions)), row.share.value_or(0), is_patched(row.function, patched)});
    return out;
}

/// Reads that are refused now execute nothing.
bool has_metrics(const GateReport& report, const std::string& cell) {
    return std::any_of(report.cells.begin(), report.cells.end(), [&](const CellReport& one) { return one.cell == cell && !one.metrics.empty(); });
}

void add_cells(const std::vector<DecidingLine>& lines, size_t most, std::vector<std::string>& cells) {
    most += cells.size();
    for (const auto& line : lines)
        if ((line.metric != nullptr || line.cell->verdict == Verdict::regression) && cells.size() < most && std::find(cells.begin(), cells.end(), line.cell->cell) == cells.end())
            cells.push_back(line.cell->cell);
}

}  // namespace

void attribute_by_instructions(const ProfiledPair& profiles, const std::set<std::string>& patched, GateReport& report) {
    std::vector<std::string> cells;
    add_cells(deciding_lines(report), report.cells.size(), cells);
    add_cells(better_lines(report), kBetterCells, cells);
    for (const auto& cell : cells) {
        auto functions = functions_of(profiles, patched, report, cell);
        if (functions) report.attribution[cell] = std::move(*functions);
        else if (has_metrics(report, cell)) report.notes.push_back(fmt::format("where the difference of {} went is not known: {}", cell, functions.error().message()));
    }
}

}  // namespace diobench
