// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/headline.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>

#include "bench/common/base/text.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

constexpr size_t kCellsInASentence = 3;

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

Split split_by_sign(const Comparison& comparison, const std::vector<ComparisonRow>& rows, const Measure& measure) {
    Split out;
    for (const auto& row : rows) {
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

std::string where(const Comparison& comparison, const ComparisonRow& row) {
    const CellResult* cell = find_cell(comparison.results->cells, comparison.arms.at(comparison.candidate).kernel, row.cell);
    return cell != nullptr ? place_of(cell->dimensions) : row.label;
}

std::string ratio_words(const Measure& measure, const Difference& top) {
    if (top.before <= 0 || top.after <= 0) return "";
    const bool instructions = measure.kind == NumberKind::counted && measure.name == "cpu_ns_per_op" && top.after < top.before;
    return instructions ? fmt::format("{:.2f} times fewer, ", top.before / top.after) : fmt::format("{:.2f}x, ", top.after / top.before);
}

std::string clause(const Comparison& comparison, const Measure& measure, std::string_view words, const std::vector<Difference>& differences, size_t compared) {
    const Difference& top = differences.front();
    return fmt::format("{} in {} of {} (most: {}{}: {} instead of {})", words, differences.size(), compared, ratio_words(measure, top), where(comparison, *top.row),
                       measure.text(top.after), measure.text(top.before));
}

/// "a, b and c".
std::string enumerate(const std::vector<std::string>& parts) {
    if (parts.size() < 2) return parts.empty() ? "" : parts.front();
    return fmt::format("{} and {}", join({parts.begin(), parts.end() - 1}, "; "), parts.back());
}

std::string title(const Comparison& comparison, size_t arm) { return comparison.arms.at(arm).title; }

std::string named_kind(const Comparison& comparison, NumberKind kind) {
    std::set<std::string> devices;
    for (const auto& row : comparison.direct_rows) devices.insert(row.device);
    return kind_text(kind, devices);
}

/// Measures of each kind, in the order of tables.
std::vector<std::pair<NumberKind, std::vector<const Measure*>>> by_kind(const Comparison& comparison) {
    std::vector<std::pair<NumberKind, std::vector<const Measure*>>> out;
    for (const auto& measure : comparison.measures()) {
        auto found = std::find_if(out.begin(), out.end(), [&](const auto& one) { return one.first == measure.kind; });
        if (found == out.end()) found = out.insert(out.end(), {measure.kind, {}});
        found->second.push_back(&measure);
    }
    return out;
}

/// "needs 108 % (...) to 145 % (...) of its instructions"; empty if there is nothing to hold it against.
std::string share_of_floor(const Comparison& comparison, const Measure& measure) {
    const size_t floor = comparison.arms.size() - 1;
    std::vector<std::pair<double, const ComparisonRow*>> shares;
    for (const auto& row : comparison.rows) {
        auto own = comparison.value(row, comparison.candidate, measure);
        auto least = comparison.value(row, floor, measure);
        if (own && least && *least > 0) shares.emplace_back(*own / *least, &row);
    }
    if (shares.empty()) return "";
    auto text = [](const auto& share) { return fmt::format("{:.0f} % ({})", share.first * 100, share.second->label + " on " + share.second->device); };
    auto [low, high] = std::minmax_element(shares.begin(), shares.end());
    return fmt::format(fmt::runtime(measure.of_floor), shares.size() == 1 ? text(*low) : fmt::format("{} to {}", text(*low), text(*high)));
}

/// A sentence for each kind of number.
std::vector<std::string> floor_sentences(const Comparison& comparison) {
    std::vector<std::string> out;
    for (const auto& [kind, measures] : by_kind(comparison)) {
        std::vector<std::string> clauses;
        for (const Measure* measure : measures) {
            if (measure->of_floor.empty()) continue;
            if (auto text = share_of_floor(comparison, *measure); !text.empty()) clauses.push_back(std::move(text));
        }
        if (!clauses.empty())
            out.push_back(fmt::format("Floor, {}: against the block device itself, {} {}.", named_kind(comparison, kind), title(comparison, comparison.candidate),
                                      enumerate(clauses)));
    }
    if (out.empty()) out.emplace_back("Floor: no floor, for the run has no reads of the block device itself to hold these against.");
    return out;
}

/// What the candidate does to reads without O_DIRECT, which it may share code with; nothing if the reference is no kernel.
std::vector<std::string> buffered_sentences(const Comparison& comparison) {
    std::vector<std::string> out;
    if (comparison.arms.at(comparison.reference).kind != Arm::Kind::kernel || comparison.reference == comparison.candidate) return out;
    for (const auto& [kind, measures] : by_kind(comparison)) {
        std::vector<std::string> clauses;
        size_t compared = 0;
        for (const Measure* measure : measures) {
            const auto split = split_by_sign(comparison, comparison.buffered_rows, *measure);
            compared = std::max(compared, split.compared);
            if (!split.worse.empty()) clauses.push_back(clause(comparison, *measure, measure->worse, split.worse, split.compared));
            if (!split.better.empty()) clauses.push_back(clause(comparison, *measure, measure->better, split.better, split.compared));
        }
        if (compared == 0) continue;
        const std::string named = fmt::format("Buffered reads, {}", kind_name(kind));
        out.push_back(clauses.empty() ? fmt::format("{}: within {:.0f} % of {}'s in all {}.", named, kSameWithin * 100, title(comparison, comparison.reference), compared)
                                      : fmt::format("{}: against {}'s, {} {}.", named, title(comparison, comparison.reference), title(comparison, comparison.candidate),
                                                    enumerate(clauses)));
    }
    return out;
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
    const std::string candidate = title(comparison, comparison.candidate);
    const std::string reference = title(comparison, comparison.reference);
    std::vector<std::string> out;
    size_t most_compared = 0;
    for (const auto& [kind, measures] : by_kind(comparison)) {
        std::vector<std::string> gains;
        std::vector<std::string> costs;
        size_t compared = 0;
        for (const Measure* measure : measures) {
            auto split = split_by_sign(comparison, comparison.direct_rows, *measure);
            compared = std::max(compared, split.compared);
            if (!split.better.empty()) gains.push_back(clause(comparison, *measure, measure->better, split.better, split.compared));
            if (!split.worse.empty()) costs.push_back(clause(comparison, *measure, measure->worse, split.worse, split.compared));
        }
        most_compared = std::max(most_compared, compared);
        auto sentence = [&](std::string_view what, const std::vector<std::string>& clauses) {
            const std::string named = fmt::format("{}, {}", what, named_kind(comparison, kind));
            if (clauses.empty())
                return fmt::format("{}: none of more than {:.0f} % against {} in the {} reads that {} was compared in.", named,
                                   kSameWithin * 100, reference, compared, candidate);
            return fmt::format("{}: against {}, {} {}.", named, reference, candidate, enumerate(clauses));
        };
        out.push_back(sentence("Gain", gains));
        out.push_back(sentence("Cost", costs));
    }
    if (comparison.reference == comparison.candidate || most_compared == 0)
        out = {fmt::format("Gain and cost: not known, for there is no read that both {} and {} have numbers of.", candidate, reference)};
    for (auto& sentence : buffered_sentences(comparison)) out.push_back(std::move(sentence));
    for (auto& sentence : floor_sentences(comparison)) out.push_back(std::move(sentence));
    return out;
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
