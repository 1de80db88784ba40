// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/answer.h"

#include <fmt/format.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/results/compare/headline.h"

namespace diobench {

namespace {

nlohmann::ordered_json answer_json(const RunAnswer& answer) {
    auto reads = nlohmann::ordered_json::array();
    for (const auto& [row, count] : answer.reads) reads.push_back({{"id", row->id}, {"title", row->title}, {"meaning", row->meaning}, {"reads", count}});
    return {{"schema_version", kAnswerSchemaVersion}, {"run", answer.table.results->run.id}, {"recommendation", recommendation_json(answer.recommendation)},
            {"worst", answer.worst}, {"sentences", answer.sentences}, {"classes", class_table_json(answer.table)}, {"reads", reads}};
}

}  // namespace

RunAnswer answer_of(const Comparison& comparison) {
    RunAnswer out{{}, headline(comparison), {}, class_table(comparison), reads_by_class(comparison)};
    out.worst = worst_sentences(out.table);
    out.recommendation = recommendation(out.table);
    return out;
}

std::string answer_text(const RunAnswer& answer, size_t width, Colours colours) {
    std::string out;
    for (const auto& clause : answer.recommendation) out += wrap_text("Recommendation: " + clause.text, width, 2) + "\n";
    for (const auto& sentence : answer.worst) out += wrap_text(sentence, width, 2) + "\n";
    return out + "\n" + class_table_text(answer.table, width, colours);
}

Status write_answer(const fs::path& directory, const Results& results) {
    if (results.cells.empty()) return {};
    auto comparison = compare_arms(results, {});
    if (!comparison) return forward(comparison);
    return write_file_atomic(directory / kAnswerFileName, answer_json(answer_of(*comparison)).dump(1) + "\n");
}

}  // namespace diobench
