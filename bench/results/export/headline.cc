// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/headline.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <tuple>

#include "bench/common/base/text.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

constexpr size_t kCellsInASentence = 3;

/// How each measure is worded when the candidate has more or less of it than the reference.
struct Wording {
    std::string_view better;
    std::string_view worse;
};
Wording wording(std::string_view measure) {
    if (measure == "throughput_bytes_per_s") return {"reads faster", "reads slower"};
    if (measure == "latency_p99_ns") return {"has a lower p99 latency", "has a higher p99 latency"};
    if (measure == "cpu_ns_per_op") return {"needs less CPU per read", "needs more CPU per read"};
    return {"leaves less in the page cache", "leaves more in the page cache"};
}

/// One read of which both arms have the number.
struct Difference {
    const ComparisonRow* row;
    double before;
    double after;
};

/// The reads where a measure got better and worse, each with the largest difference first.
struct Split {
    std::vector<Difference> better;
    std::vector<Difference> worse;
    size_t compared = 0;
};

double size_of(const Difference& d) {
    double small = std::min(std::abs(d.before), std::abs(d.after));
    double large = std::max(std::abs(d.before), std::abs(d.after));
    return small > 0 ? large / small : HUGE_VAL;
}

Split split_by_sign(const Comparison& comparison, const Measure& measure) {
    Split out;
    for (const auto& row : comparison.rows) {
        auto before = comparison.value(row, comparison.reference, measure);
        auto after = comparison.value(row, comparison.candidate, measure);
        if (!before || !after) continue;
        ++out.compared;
        double change = *after - *before;
        if (std::abs(change) <= kSameWithin * std::abs(*before)) continue;
        bool better = (change > 0) == (measure.direction == Direction::higher_is_better);
        (better ? out.better : out.worse).push_back({&row, *before, *after});
    }
    // Largest ratio first; where it has none (from or to 0), the largest step.
    auto larger = [](const Difference& a, const Difference& b) {
        auto key = [](const Difference& d) { return std::tuple(size_of(d), std::abs(d.after - d.before)); };
        return key(a) > key(b);
    };
    std::stable_sort(out.better.begin(), out.better.end(), larger);
    std::stable_sort(out.worse.begin(), out.worse.end(), larger);
    return out;
}

std::string where(const ComparisonRow& row) {
    return row.group.empty() ? row.label : fmt::format("{} on {}", row.label, split(row.group, ',').front());
}

std::string clause(const Measure& measure, std::string_view words, const std::vector<Difference>& differences, size_t compared) {
    const Difference& top = differences.front();
    std::string ratio = top.before > 0 && top.after > 0 ? fmt::format("{:.2f}x, ", top.after / top.before) : "";
    return fmt::format("{} in {} of {} (most: {}{}: {} instead of {})", words, differences.size(), compared, ratio, where(*top.row),
                       measure.text(top.after), measure.text(top.before));
}

/// "a, b and c".
std::string enumerate(const std::vector<std::string>& parts) {
    if (parts.size() < 2) return parts.empty() ? "" : parts.front();
    return fmt::format("{} and {}", join({parts.begin(), parts.end() - 1}, "; "), parts.back());
}

std::string title(const Comparison& comparison, size_t arm) { return comparison.arms.at(arm).title; }

std::string limit_sentence(const Comparison& comparison) {
    size_t raw = comparison.arms.size() - 1;
    const Measure& throughput = comparison_measures().front();
    std::vector<std::pair<double, const ComparisonRow*>> shares;
    for (const auto& row : comparison.rows) {
        auto own = comparison.value(row, comparison.candidate, throughput);
        auto limit = comparison.value(row, raw, throughput);
        if (own && limit && *limit > 0) shares.emplace_back(*own / *limit, &row);
    }
    if (shares.empty()) return "Limit: there are no raw reads to hold it against.";
    auto [low, high] = std::minmax_element(shares.begin(), shares.end());
    std::string who = fmt::format("Limit: of the throughput of raw O_DIRECT reads of the backing file, {} reaches", title(comparison, comparison.candidate));
    if (shares.size() == 1) return fmt::format("{} {:.0f} % ({}).", who, low->first * 100, where(*low->second));
    return fmt::format("{} {:.0f} % ({}) to {:.0f} % ({}).", who, low->first * 100, where(*low->second), high->first * 100,
                       where(*high->second));
}

/// Cells that have the same thing wrong, in the order in which they came.
class Groups {
public:
    void add(const std::string& sentence, const std::string& item) {
        auto [it, is_new] = place_.try_emplace(sentence, groups_.size());
        if (is_new) groups_.emplace_back(sentence, std::vector<std::string>());
        groups_[it->second].second.push_back(item);
    }
    void append_to(std::vector<std::string>& out, std::string_view what) const {
        for (const auto& [sentence, items] : groups_) {
            std::vector<std::string> shown(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(items.size(), kCellsInASentence)));
            std::string more = items.size() > shown.size() ? fmt::format(" and {} more", items.size() - shown.size()) : "";
            out.push_back(fmt::format("{} [{} {}{}: {}{}]", sentence, items.size(), what, items.size() == 1 ? "" : "s", join(shown, ", "), more));
        }
    }

private:
    std::map<std::string, size_t> place_;
    std::vector<std::pair<std::string, std::vector<std::string>>> groups_;
};

std::string known_note(bool known) { return known ? " (known, its series says so)" : ""; }

void kernel_problems(const KernelResult& kernel, std::vector<std::string>& out) {
    if (kernel.status != KernelStatus::ok)
        out.push_back(fmt::format("{} is {}: {}", kernel.name, status_name(kernel.status), kernel.reason));
    for (const auto& boot : kernel.boots)
        if (boot.outcome != BootOutcome::ok)
            out.push_back(fmt::format("{}: boot {} on {} ended in {}; see {}", kernel.name, boot.boot, boot.device,
                                      status_name(boot.outcome), boot.console));
    Groups groups;
    for (const auto& entry : kernel.conformance)
        if (entry.status == ConformanceStatus::fail)
            groups.add(fmt::format("{} fails conformance{}: {}", kernel.name, known_note(entry.known), entry.reason), entry.case_name);
    groups.append_to(out, "check");
}

}  // namespace

std::vector<std::string> headline(const Comparison& comparison) {
    std::vector<std::string> gains;
    std::vector<std::string> costs;
    size_t compared = 0;
    for (const auto& measure : comparison_measures()) {
        auto split = split_by_sign(comparison, measure);
        compared = std::max(compared, split.compared);
        auto words = wording(measure.name);
        if (!split.better.empty()) gains.push_back(clause(measure, words.better, split.better, split.compared));
        if (!split.worse.empty()) costs.push_back(clause(measure, words.worse, split.worse, split.compared));
    }
    std::string candidate = title(comparison, comparison.candidate);
    std::string reference = title(comparison, comparison.reference);
    if (comparison.reference == comparison.candidate || compared == 0)
        return {fmt::format("Gain and cost: not known, for there is no read that both {} and {} have numbers of.", candidate, reference),
                limit_sentence(comparison)};
    auto sentence = [&](std::string_view what, const std::vector<std::string>& clauses) {
        if (clauses.empty())
            return fmt::format("{}: none of more than {:.0f} % against {} in the {} reads that {} was compared in.", what,
                               kSameWithin * 100, reference, compared, candidate);
        return fmt::format("{}: against {}, {} {}.", what, reference, candidate, enumerate(clauses));
    };
    return {sentence("Gain", gains), sentence("Cost", costs), limit_sentence(comparison)};
}

std::vector<std::string> problems(const Results& results) {
    std::vector<std::string> out;
    for (const auto& kernel : results.kernels) kernel_problems(kernel, out);
    Groups groups;
    for (const auto& cell : collapse_boots(results.cells))
        if (cell.status != CellStatus::ok)
            groups.add(fmt::format("{} {}{}: {}", cell.kernel, status_name(cell.status), known_note(cell.known), cell.reason), cell.cell);
    groups.append_to(out, "cell");
    for (const auto& finding : results.run.findings)
        if (std::find(out.begin(), out.end(), finding) == out.end()) out.push_back(finding);
    return out;
}

std::string wrap_text(std::string_view text, size_t width, size_t indent) {
    std::string out;
    size_t column = 0;
    for (const auto& word : split(text, ' ')) {
        if (word.empty()) continue;
        if (column > 0 && column + 1 + word.size() > width) {
            out += "\n" + std::string(indent, ' ') + word;
            column = indent + word.size();
            continue;
        }
        if (column > 0) out += ' ';
        out += word;
        column += word.size() + (column > 0 ? 1 : 0);
    }
    return out;
}

}  // namespace diobench
