// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/difference.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

int64_t subtract(uint64_t candidate, uint64_t baseline) { return static_cast<int64_t>(candidate - baseline); }

Status check_pair(const CellProfile& baseline, const CellProfile& candidate) {
    auto refuse = [&](const std::string& why) { return fail("compare profiles", candidate.cell, why, ExitCode::invalid); };
    if (baseline.cell != candidate.cell) return refuse("the other is of cell " + baseline.cell);
    if (baseline.seed != candidate.seed)
        return refuse(fmt::format("seeds {} and {} differ: only boots of one seed are a pair", baseline.seed, candidate.seed));
    if (baseline.ops != candidate.ops || baseline.ops == 0)
        return refuse(fmt::format("{} and {} reads cannot be compared", baseline.ops, candidate.ops));
    return {};
}

DifferenceRow make_row(const std::string& function, const InstructionCounts& baseline, const InstructionCounts& candidate) {
    return {function, baseline, candidate, subtract(candidate.instructions, baseline.instructions), std::nullopt};
}

/// Every function of either side.
std::vector<DifferenceRow> all_rows(const CellProfile& baseline, const CellProfile& candidate) {
    std::vector<DifferenceRow> rows = {make_row(kUserRow, baseline.user, candidate.user)};
    for (const auto& [name, counts] : baseline.functions) {
        auto other = candidate.functions.find(name);
        rows.push_back(make_row(name, counts, other == candidate.functions.end() ? InstructionCounts{} : other->second));
    }
    for (const auto& [name, counts] : candidate.functions)
        if (!baseline.functions.contains(name)) rows.push_back(make_row(name, {}, counts));
    return rows;
}

bool larger(const DifferenceRow& a, const DifferenceRow& b) {
    const auto left = std::abs(a.difference), right = std::abs(b.difference);
    return left != right ? left > right : a.function < b.function;
}

}  // namespace

Result<ProfileDifference> diff(const CellProfile& baseline, const CellProfile& candidate) {
    if (auto s = check_pair(baseline, candidate); !s) return forward(s);
    ProfileDifference out;
    out.cell = candidate.cell;
    out.baseline = baseline.kernel;
    out.candidate = candidate.kernel;
    out.seed = baseline.seed;
    out.ops = baseline.ops;
    out.baseline_instructions = baseline.total().instructions;
    out.candidate_instructions = candidate.total().instructions;
    out.difference = subtract(out.candidate_instructions, out.baseline_instructions);
    out.elapsed_difference_ns = subtract(candidate.elapsed_ns, baseline.elapsed_ns);
    out.rows = all_rows(baseline, candidate);
    std::erase_if(out.rows, [](const DifferenceRow& row) { return row.difference == 0; });
    std::sort(out.rows.begin(), out.rows.end(), larger);
    int64_t sum = 0;
    for (auto& row : out.rows) {
        sum += row.difference;
        if (out.difference != 0) row.share = static_cast<double>(row.difference) / static_cast<double>(out.difference);
    }
    if (sum != out.difference)
        return fail("compare profiles", out.cell, fmt::format("the functions differ by {} instructions, the totals by {}", sum, out.difference), ExitCode::invalid);
    return out;
}

Json ProfileDifference::to_json() const {
    auto each = [&](auto value) { return per_op(static_cast<double>(value)); };
    Json functions = Json::array();
    for (const auto& row : rows)
        functions.push_back({{"function", row.function},
                             {"baseline_instructions", row.baseline.instructions},
                             {"candidate_instructions", row.candidate.instructions},
                             {"difference_instructions", row.difference},
                             {"baseline_per_op", each(row.baseline.instructions)},
                             {"candidate_per_op", each(row.candidate.instructions)},
                             {"difference_per_op", each(row.difference)},
                             {"share", row.share ? Json(*row.share) : Json()},
                             {"entries_difference_per_op", each(subtract(row.candidate.entries, row.baseline.entries))},
                             {"loads_difference_per_op", each(subtract(row.candidate.loads, row.baseline.loads))},
                             {"stores_difference_per_op", each(subtract(row.candidate.stores, row.baseline.stores))}});
    return {{"cell", cell}, {"baseline", baseline}, {"candidate", candidate}, {"seed", seed}, {"ops", ops},
            {"baseline_instructions", baseline_instructions}, {"candidate_instructions", candidate_instructions},
            {"difference_instructions", difference}, {"difference_per_op", each(difference)},
            {"elapsed_difference_ns", elapsed_difference_ns}, {"waiting_difference_ns", waiting_difference_ns()},
            {"functions", std::move(functions)}};
}

}  // namespace diobench
