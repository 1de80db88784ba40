// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/recommendation.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/results/compare/headline.h"

namespace diobench {

namespace {

/// A class is worse if so large a part of its reads is, whatever its median: 1 / kWorsePart.
constexpr size_t kWorsePart = 4;

enum class Judgement { better, worse, same };

Judgement judged(const ClassFigure& figure) {
    if (figure.median > 1 + kSameWithin || figure.worse * kWorsePart > figure.pairs.size()) return Judgement::worse;
    return figure.median < 1 - kSameWithin ? Judgement::better : Judgement::same;
}

RecommendationClause clause_of(std::string_view form, const std::vector<const ClassRow*>& rows, const ClassTable& table) {
    std::vector<std::string> words;
    RecommendationClause out;
    for (const ClassRow* row : rows) {
        words.push_back(fmt::format("{} ({}x)", row->title, ratio_text(table.figure(*row, table.candidate)->median)));
        out.rows.push_back(row->id);
    }
    out.text = fmt::format(fmt::runtime(form), join(words, ", "), table.candidate, table.reference);
    return out;
}

/// Why nobody should take the kernel, whatever it is worth; empty if nothing forbids it.
std::string forbidden(const ClassTable& table) {
    const KernelResult* kernel = table.results->find_kernel(table.candidate);
    if (kernel == nullptr) return "";
    size_t cases = 0;
    for (const auto& entry : kernel->conformance) cases += entry.status == ConformanceStatus::fail && !entry.known ? 1 : 0;
    size_t cells = 0;
    for (const auto& cell : table.results->cells) cells += cell.kernel == table.candidate && cell.status == CellStatus::invalid && !cell.known ? 1 : 0;
    std::vector<std::string> why;
    if (cases != 0) why.push_back(fmt::format("{} {} of its bytes failed", cases, cases == 1 ? "check" : "checks"));
    if (cells != 0) why.push_back(fmt::format("{} {} invalid", cells, cells == 1 ? "read is" : "reads are"));
    return join(why, ", ");
}

/// Rows of what direct reads do to memory, where that differs: it decides nothing, and is much of why anybody wants them.
std::vector<const ClassRow*> memory_rows(const ClassTable& table) {
    std::vector<const ClassRow*> out;
    for (const auto& row : table.work) {
        const ClassFigure* figure = table.figure(row, table.candidate);
        if ((row.id == kMemoryRow || row.id == kEvictedRow) && figure != nullptr && figure->gap.empty() && std::abs(figure->median - 1) > kSameWithin) out.push_back(&row);
    }
    return out;
}

}  // namespace

std::vector<RecommendationClause> recommendation(const ClassTable& table) {
    if (const std::string why = forbidden(table); !why.empty())
        return {{fmt::format("Do not take {}: {}. Wrong bytes have no speed.", table.candidate, why), {}}};
    std::vector<const ClassRow*> better;
    std::vector<const ClassRow*> worse;
    std::vector<const ClassRow*> same;
    for (const auto& row : table.time) {
        const ClassFigure* figure = table.figure(row, table.candidate);
        if (!row.direct || figure == nullptr || !figure->gap.empty()) continue;
        const Judgement verdict = judged(*figure);
        (verdict == Judgement::better ? better : verdict == Judgement::worse ? worse : same).push_back(&row);
    }
    std::vector<RecommendationClause> out;
    if (better.empty() && worse.empty() && same.empty())
        return {{fmt::format("None: no class of direct reads has numbers of both {} and {}.", table.candidate, table.reference), {}}};
    if (!better.empty()) out.push_back(clause_of(worse.empty() ? "Take {1}: it takes less time than {2} in {0}." : "Take {1} if the reads that matter are {0}.", better, table));
    if (!worse.empty()) out.push_back(clause_of(better.empty() ? "Keep {2}: {1} takes more time in {0}." : "Keep {2} if they are {0}.", worse, table));
    if (!same.empty()) out.push_back(clause_of("No difference in {0}.", same, table));
    if (const auto memory = memory_rows(table); !memory.empty()) out.push_back(clause_of("Beside time: {0}.", memory, table));
    return out;
}

nlohmann::ordered_json recommendation_json(const std::vector<RecommendationClause>& clauses) {
    auto out = nlohmann::ordered_json::array();
    for (const auto& clause : clauses) out.push_back({{"text", clause.text}, {"rows", clause.rows}});
    return out;
}

}  // namespace diobench
