// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/deciding_lines.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bench/host/profile/function_rules.h"

namespace diobench {

namespace {

double size_of(const DecidingLine& line) {
    return line.metric == nullptr ? std::numeric_limits<double>::infinity() : std::abs(line.metric->paired.relative) * line.metric->part;
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

std::optional<AttributedFunction> main_function(const GateReport& report, const DecidingLine& line) {
    auto found = report.attribution.find(line.cell->cell);
    if (found == report.attribution.end() || line.metric == nullptr) return std::nullopt;
    const bool read_path = line.metric->metric->name == kReadPathInstructions;
    if (!read_path && line.metric->metric->unit != "ns") return std::nullopt;
    double whole = 0;
    const AttributedFunction* most = nullptr;
    const auto more = [](const AttributedFunction& f) { return f.candidate_per_op - f.baseline_per_op; };
    for (const auto& f : found->second) {
        if (read_path && !is_read_path_function(f.function)) continue;
        whole += more(f);
        if (most == nullptr || more(f) > more(*most)) most = &f;
    }
    if (most == nullptr || whole <= 0 || more(*most) < whole / 2) return std::nullopt;
    return *most;
}

}  // namespace diobench
