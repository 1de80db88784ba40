// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/deciding_lines.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "bench/verdict/judge/size_in_time.h"

namespace diobench {

namespace {

/// Metrics that are no time come after those that are, by their share.
std::pair<double, double> size_of(const DecidingLine& line) {
    if (line.metric == nullptr) return {std::numeric_limits<double>::infinity(), 0};
    return {std::abs(time_ns(*line.metric).value_or(0)), std::abs(worse_by_share(*line.metric)) * line.metric->part};
}

void sort_by_size(std::vector<DecidingLine>& lines) {
    std::stable_sort(lines.begin(), lines.end(), [](const DecidingLine& a, const DecidingLine& b) {
        auto verdict = [](const DecidingLine& line) { return line.metric != nullptr ? line.metric->verdict : line.cell->verdict; };
        if (verdict(a) != verdict(b)) return verdict(a) > verdict(b);
        return size_of(a) > size_of(b);
    });
}

}  // namespace

std::vector<DecidingLine> deciding_lines(const GateReport& report) {
    std::vector<DecidingLine> out;
    for (const auto& cell : report.cells) {
        if (!cell.reason.empty() && cell.verdict != Verdict::pass) out.push_back({&cell, nullptr});
        for (const auto& metric : cell.metrics)
            if (metric.verdict != Verdict::pass) out.push_back({&cell, &metric});
    }
    sort_by_size(out);
    return out;
}

std::vector<DecidingLine> better_lines(const GateReport& report) {
    std::vector<DecidingLine> out;
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics)
            if (metric.paired.better && metric.metric->direction != Direction::neutral) out.push_back({&cell, &metric});
    sort_by_size(out);
    return out;
}

std::vector<AttributedFunction> leading_functions(const GateReport& report, const std::string& cell, size_t most) {
    std::vector<AttributedFunction> out;
    auto found = report.attribution.find(cell);
    if (found == report.attribution.end()) return out;
    for (size_t i = 0; i < found->second.size(); ++i)
        if (i < most || found->second[i].in_patches) out.push_back(found->second[i]);
    return out;
}

}  // namespace diobench
