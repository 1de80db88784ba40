// SPDX-License-Identifier: GPL-2.0-only
// What the table of classes recommends, by a rule that is small enough to be argued with (docs/reports.md, "The recommendation").
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/results/compare/class_table.h"

namespace diobench {

/// One part of a recommendation, and the rows that make it.
struct RecommendationClause {
    std::string text;
    std::vector<std::string> rows;  ///< ids of classes
};

/// For the kernel that is judged.  By each class of direct reads: it is better if the median of its time per read is, worse if that
/// median or a quarter of its reads is worse, by more than kSameWithin; else open.  Wrong bytes, or a failed case that is not known, forbid it.
/// What it does to memory is said behind these, if that differs.
[[nodiscard]] std::vector<RecommendationClause> recommendation(const ClassTable& table);
[[nodiscard]] nlohmann::ordered_json recommendation_json(const std::vector<RecommendationClause>& clauses);

}  // namespace diobench
