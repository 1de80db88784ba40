// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/where_it_went.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

#include "bench/common/base/text.h"
#include "bench/host/profile/function_rules.h"
#include "bench/verdict/pairs/statistics.h"

namespace diobench {

namespace {

constexpr size_t kFunctionsSaid = 3;
constexpr size_t kTouchedSaid = 2;
/// Of all that is more, what is less than that is not said.
constexpr double kLeastShare = 0.03;

/// A function in the cells that were counted.
struct Sum {
    std::vector<double> more;  ///< one a cell in which it differs
    double all = 0;
    bool in_patches = false;
};

struct Sums {
    std::map<std::string, Sum> functions;
    size_t cells = 0;
    double all = 0;
};

/// Whether every metric that decides in these cells is such a one.
bool all_that_decide(std::span<const CellReport* const> cells, bool (*is)(const Metric&)) {
    return std::all_of(cells.begin(), cells.end(), [&](const CellReport* cell) {
        return !cell->metrics.empty() && std::all_of(cell->metrics.begin(), cell->metrics.end(), [&](const MetricReport& metric) { return metric.verdict != cell->verdict || is(*metric.metric); });
    });
}

/// What the allocator and the scheduler did meanwhile is no part of that.
bool is_of_read_path(const Metric& metric) { return metric.name == kReadPathInstructions; }

/// Of bytes that lie in a cache no function's instructions speak.
bool is_memory(const Metric& metric) { return metric.unit == "bytes"; }

Sums sums_of(const GateReport& report, std::span<const CellReport* const> cells) {
    Sums out;
    if (all_that_decide(cells, is_memory)) return out;
    const bool read_path_only = all_that_decide(cells, is_of_read_path);
    for (const CellReport* cell : cells) {
        const auto found = report.attribution.find(cell->cell);
        if (found == report.attribution.end()) continue;
        ++out.cells;
        for (const auto& f : found->second) {
            if (read_path_only && !is_read_path_function(f.function)) continue;
            const double more = f.candidate_per_op - f.baseline_per_op;
            Sum& sum = out.functions[f.function];
            sum.more.push_back(more);
            sum.all += more;
            sum.in_patches |= f.in_patches;
            out.all += more;
        }
    }
    return out;
}

/// In cells that do not name it a function does not differ.
FunctionShare share_of(const std::string& function, const Sum& sum, const Sums& sums) {
    std::vector<double> more = sum.more;
    more.resize(sums.cells, 0);
    return {function, median(more), sum.all / sums.all, sum.in_patches};
}

std::string why_unknown(const GateReport& report, std::span<const CellReport* const> cells, const Sums& sums) {
    if (all_that_decide(cells, is_memory)) return "memory only; instructions do not decide, so no function is named";
    if (sums.cells > 0) return "no function executes more: it is time that is waited";
    if (report.machine != "exact") return "not known by wall clock; the same gate on machine exact counts it by function";
    return "not counted by function";
}

}  // namespace

std::vector<FunctionShare> where_it_went(const GateReport& report, std::span<const CellReport* const> cells, size_t most) {
    const Sums sums = sums_of(report, cells);
    std::vector<FunctionShare> out;
    if (sums.all <= 0) return out;
    for (const auto& [function, sum] : sums.functions)
        if (sum.all > 0) out.push_back(share_of(function, sum, sums));
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
    size_t place = 0;
    std::erase_if(out, [&](const FunctionShare& one) { return place++ >= most && !one.in_patches; });
    return out;
}

std::string where_text(const GateReport& report, std::span<const CellReport* const> cells) {
    std::vector<std::string> parts;
    size_t touched = 0;
    for (const auto& one : where_it_went(report, cells, kFunctionsSaid)) {
        const bool is_large = parts.size() < kFunctionsSaid && (one.share >= kLeastShare || parts.empty());
        if (!is_large && (!one.in_patches || touched == kTouchedSaid)) continue;
        touched += one.in_patches ? 1 : 0;
        parts.push_back(fmt::format("{}{} {:+.{}f} ({:.0f} %)", one.function, one.in_patches ? " (patched)" : "", one.more_per_op, std::abs(one.more_per_op) < 10 ? 1 : 0, one.share * 100));
    }
    const Sums sums = sums_of(report, cells);
    if (parts.empty()) return why_unknown(report, cells, sums);
    return fmt::format("{} instructions a read{}", join(parts, ", "), sums.cells > 1 ? fmt::format(", median of {} tests", sums.cells) : "");
}

}  // namespace diobench
