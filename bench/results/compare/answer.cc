// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/answer.h"

#include <fmt/format.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/results/compare/headline.h"
#include "bench/results/compare/next_of_run.h"

namespace diobench {

namespace {

nlohmann::ordered_json answer_json(const RunAnswer& answer) {
    auto reads = nlohmann::ordered_json::array();
    for (const auto& [row, count] : answer.reads) reads.push_back({{"id", row->id}, {"title", row->title}, {"meaning", row->meaning}, {"reads", count}});
    auto mainline = nlohmann::ordered_json::array();
    for (const auto& event : answer.mainline) mainline.push_back({{"date", event.date}, {"version", event.version}, {"text", event.text}, {"source", event.source}});
    return {{"schema_version", kAnswerSchemaVersion}, {"run", answer.table.results->run.id}, {"recommendation", recommendation_json(answer.recommendation)},
            {"mainline", mainline}, {"worst", answer.worst}, {"sentences", answer.sentences}, {"classes", class_table_json(answer.table)}, {"reads", reads}, {"next", answer.next}};
}

}  // namespace

Result<RunAnswer> answer_of(const Comparison& comparison) {
    auto mainline = mainline_events();
    if (!mainline) return forward(mainline);
    RunAnswer out{std::move(*mainline), {}, headline(comparison), {}, class_table(comparison), reads_by_class(comparison), ""};
    out.worst = worst_sentences(out.table);
    out.recommendation = recommendation(out.table);
    out.next = next_of_run(out.table);
    return out;
}

std::string answer_text(const RunAnswer& answer, size_t width, Colours colours) {
    std::string out = wrap_text(mainline_line(answer.mainline), width, 2) + "\n";
    std::string recommended = "Recommendation (x: median time of the class):";
    for (const auto& clause : answer.recommendation) recommended += " " + clause.text;
    out += wrap_text(recommended, width, 2) + "\n";
    for (const auto& sentence : answer.worst) out += wrap_text(sentence, width, 2) + "\n";
    return out + "\n" + class_table_text(answer.table, width, colours);
}

Status write_answer(const fs::path& directory, const Results& results) {
    if (results.cells.empty()) return {};
    auto comparison = compare_arms(results, {});
    if (!comparison) return forward(comparison);
    auto answer = answer_of(*comparison);
    if (!answer) return forward(answer);
    return write_file_atomic(directory / kAnswerFileName, answer_json(*answer).dump(1) + "\n");
}

}  // namespace diobench
