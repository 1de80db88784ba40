// SPDX-License-Identifier: GPL-2.0-only
// answer.json: what the first screen of a report says, for the page, computed from results.json alone (docs/results.md).
#pragma once

#include <string>
#include <vector>

#include "bench/results/compare/class_table.h"
#include "bench/results/compare/comparison.h"
#include "bench/results/compare/mainline.h"
#include "bench/results/compare/recommendation.h"

namespace diobench {

inline constexpr std::string_view kAnswerFileName = "answer.json";
inline constexpr int kAnswerSchemaVersion = 2;

struct RunAnswer {
    std::vector<MainlineEvent> mainline;
    std::vector<std::string> worst;      ///< worst_sentences()
    std::vector<std::string> sentences;  ///< headline(): gain, cost, buffered reads, floor
    std::vector<RecommendationClause> recommendation;
    ClassTable table;
    std::vector<std::pair<const ReadClassRow*, size_t>> reads;  ///< how many of each class the run has
    std::string next;  ///< next_of_run()
};

/// Errors: kernel-patches/mainline.toml cannot be read.
[[nodiscard]] Result<RunAnswer> answer_of(const Comparison& comparison);
/// The recommendation, the worst classes and the table, wrapped.
[[nodiscard]] std::string answer_text(const RunAnswer& answer, size_t width, Colours colours);
/// Writes `directory`/answer.json for a run with cells.
[[nodiscard]] Status write_answer(const fs::path& directory, const Results& results);

}  // namespace diobench
