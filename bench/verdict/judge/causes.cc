// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/causes.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/results/store/cells.h"
#include "bench/verdict/judge/effect.h"
#include "bench/verdict/judge/size_in_time.h"
#include "bench/verdict/pattern/pattern.h"

namespace diobench {

namespace {

bool is_better(const CellReport& cell) {
    return cell.verdict == Verdict::pass &&
           std::any_of(cell.metrics.begin(), cell.metrics.end(), [](const MetricReport& m) { return m.paired.better && m.metric->direction != Direction::neutral; });
}

bool has_verdict(const CellReport& cell, Verdict verdict) { return verdict == Verdict::pass ? is_better(cell) : cell.verdict == verdict; }

double time_of_order(const CellReport& cell, Verdict verdict) {
    if (verdict != Verdict::pass) return time_ns(cell).value_or(0);
    double best = 0;
    for (const auto& metric : cell.metrics)
        if (metric.paired.better) best = std::max(best, -time_ns(metric).value_or(0));
    return best;
}

/// What has no number at all is another matter than what is slower.
enum class Kind { metrics, whole };
Kind kind_of(const CellReport& cell) { return cell.reason.empty() ? Kind::metrics : Kind::whole; }

class Finder {
public:
    Finder(const GateReport& report, Verdict verdict) : report_(report), verdict_(verdict) {
        for (const auto& cell : report.cells) ids_.push_back(cell.cell);
    }

    /// Adds the rows of one kind, and what they say together.
    void find(Kind kind, Causes& out) const {
        std::vector<bool> moved;
        for (const auto& cell : report_.cells) moved.push_back(has_verdict(cell, verdict_) && kind_of(cell) == kind);
        if (std::none_of(moved.begin(), moved.end(), [](bool one) { return one; })) return;
        const CellPattern pattern = find_pattern(ids_, moved);
        out.pattern += (out.pattern.empty() ? "" : "; ") + pattern_words(pattern, ids_);
        for (const auto& group : pattern.groups) {
            Cause cause = cause_of(group.moved);
            cause.name = group_words(group, ids_);
            cause.what = fmt::format("{}: {} of {}{}", cause.name, group.moved.size(), group.moved.size() + group.still.size(), exception_words(group, ids_));
            cause.key = literals_text(group.where);
            cause.glob = glob_of(id_glob(group.where), group);
            out.rows.push_back(std::move(cause));
        }
        if (pattern.others.empty()) return;
        Cause rest = cause_of(pattern.others);
        rest.name = pattern.others.size() == 1 ? rest.cells.front()->cell : "tests without a pattern";
        rest.what = pattern.others.size() == 1 ? rest.cells.front()->cell : fmt::format("{} tests without a pattern (most in {})", pattern.others.size(), rest.cells.front()->cell);
        rest.key = pattern.others.size() == 1 ? rest.cells.front()->cell : "others";
        rest.glob = rest.cells.front()->cell;
        out.rows.push_back(std::move(rest));
    }

private:
    [[nodiscard]] Cause cause_of(const std::vector<size_t>& cells) const {
        Cause out;
        out.verdict = verdict_;
        for (const size_t i : cells) out.cells.push_back(&report_.cells[i]);
        std::stable_sort(out.cells.begin(), out.cells.end(), [&](const auto* a, const auto* b) { return time_of_order(*a, verdict_) > time_of_order(*b, verdict_); });
        const Effect effect = effect_of(out.cells, verdict_);
        out.effect = effect.text;
        out.policy_line = effect.policy_line;
        return out;
    }

    /// The glob if it matches the group's cells and no others, else the first of them.
    [[nodiscard]] std::string glob_of(std::string glob, const PatternGroup& group) const {
        const auto matches = static_cast<size_t>(std::count_if(ids_.begin(), ids_.end(), [&](const std::string& id) { return match_glob(glob, id); }));
        const auto in_group = static_cast<size_t>(std::count_if(group.moved.begin(), group.moved.end(), [&](size_t i) { return match_glob(glob, ids_[i]); }));
        return in_group == group.moved.size() && matches == in_group + group.still.size() ? glob : ids_[group.moved.front()];
    }

    const GateReport& report_;
    Verdict verdict_;
    std::vector<std::string> ids_;
};

}  // namespace

Causes causes_of(const GateReport& report, Verdict verdict) {
    Causes out;
    const Finder finder(report, verdict);
    for (const Kind kind : {Kind::whole, Kind::metrics}) finder.find(kind, out);
    std::stable_sort(out.rows.begin(), out.rows.end(), [&](const Cause& a, const Cause& b) {
        const bool whole = !a.cells.front()->reason.empty();
        if (whole != !b.cells.front()->reason.empty()) return whole;
        return time_of_order(*a.cells.front(), verdict) > time_of_order(*b.cells.front(), verdict);
    });
    return out;
}

std::vector<Cause> deciding_causes(const GateReport& report) {
    std::vector<Cause> out;
    for (const Verdict verdict : {Verdict::invalid, Verdict::regression, Verdict::inconclusive})
        for (auto& cause : causes_of(report, verdict).rows) out.push_back(std::move(cause));
    return out;
}

std::string cell_names(const Cause& cause, size_t most) {
    std::vector<std::string> names;
    for (size_t i = 0; i < cause.cells.size() && i < most; ++i) names.push_back(cause.cells[i]->cell);
    if (cause.cells.size() > most) names.push_back(fmt::format("and {} more", cause.cells.size() - most));
    return join(names, "\n");
}

}  // namespace diobench
