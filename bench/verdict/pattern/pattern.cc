// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/pattern/pattern.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <map>
#include <set>

namespace diobench {

namespace {

constexpr size_t kMostLiterals = 4;
constexpr double kCostOfStill = 1.5;
constexpr double kCostOfOther = 3;
/// So many of the best descriptions are tried as the first.
constexpr size_t kFirstTried = 64;

/// A set of cells.
class Cover {
public:
    explicit Cover(size_t cells) : words_((cells + 63) / 64) {}
    void add(size_t cell) { words_[cell / 64] |= uint64_t{1} << (cell % 64); }
    [[nodiscard]] bool has(size_t cell) const { return (words_[cell / 64] >> (cell % 64) & 1) != 0; }
    void join(const Cover& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    }
    /// How many are in both.
    [[nodiscard]] size_t common(const Cover& other) const {
        size_t count = 0;
        for (size_t i = 0; i < words_.size(); ++i) count += static_cast<size_t>(std::popcount(words_[i] & other.words_[i]));
        return count;
    }
    [[nodiscard]] bool meets(const Cover& other) const {
        for (size_t i = 0; i < words_.size(); ++i)
            if ((words_[i] & other.words_[i]) != 0) return true;
        return false;
    }
    auto operator<=>(const Cover&) const = default;

private:
    std::vector<uint64_t> words_;
};

struct Description {
    std::vector<Literal> where;
    Cover cells;
    double gain = 0;  ///< over leaving its cells in no group
};

/// The values of a dimension, each by its number: suites have thousands of cells.
struct Values {
    std::vector<std::string> names;
    std::vector<uint64_t> of_cell;  ///< of a cell whose id has not all parts: none of `names`
};
/// More values than a dimension can have, and a power of it for each literal fits a key.
constexpr uint64_t kMostValues = uint64_t{1} << (64 / kMostLiterals);

/// What is described.
struct Matter {
    size_t cells;
    std::vector<Values> values;    ///< one a dimension
    std::vector<bool> has_point;   ///< a cell's id has all parts: else it is of no description but that of all
    Cover moved;
    Cover still;
    std::vector<size_t> varying;   ///< dimensions in which there is something to tell
};

Matter matter_of(std::span<const std::string> cells, const std::vector<bool>& moved) {
    Matter out{cells.size(), std::vector<Values>(point_dimensions().size()), {}, Cover(cells.size()), Cover(cells.size()), {}};
    for (size_t i = 0; i < cells.size(); ++i) {
        const auto point = point_of(cells[i]);
        out.has_point.push_back(!point.empty());
        (moved[i] ? out.moved : out.still).add(i);
        for (size_t d = 0; d < out.values.size(); ++d) {
            auto& [names, of_cell] = out.values[d];
            const auto place = point.empty() ? names.end() : std::find(names.begin(), names.end(), point[d]);
            of_cell.push_back(static_cast<uint64_t>(place - names.begin()));
            if (!point.empty() && place == names.end()) names.push_back(point[d]);
        }
    }
    for (size_t d = 0; d < out.values.size(); ++d)
        if (out.values[d].names.size() > 1 && out.values[d].names.size() < kMostValues) out.varying.push_back(d);
    return out;
}

double gain_of(const Description& one, const Matter& matter) {
    return kCostOfOther * static_cast<double>(one.cells.common(matter.moved)) - kCostOfStill * static_cast<double>(one.cells.common(matter.still)) - 1 - static_cast<double>(one.where.size());
}

/// Every choice of values of these dimensions that a moved cell has. What holds the same cells as a shorter one is no new description.
void add_descriptions(const Matter& matter, const std::vector<size_t>& dimensions, std::set<Cover>& known, std::vector<Description>& out) {
    std::map<uint64_t, Cover> found;
    for (size_t i = 0; i < matter.cells; ++i) {
        if (!matter.has_point[i] && !dimensions.empty()) continue;
        uint64_t key = 0;
        for (const size_t d : dimensions) key = key * kMostValues + matter.values[d].of_cell[i];
        found.try_emplace(key, matter.cells).first->second.add(i);
    }
    for (const auto& [key, cells] : found) {
        if (!cells.meets(matter.moved) || !known.insert(cells).second) continue;
        std::vector<Literal> where(dimensions.size());
        uint64_t rest = key;
        for (size_t i = dimensions.size(); i-- > 0; rest /= kMostValues) where[i] = {dimensions[i], matter.values[dimensions[i]].names[rest % kMostValues]};
        out.push_back({std::move(where), cells});
        out.back().gain = gain_of(out.back(), matter);
    }
}

/// Those that gain most first; of equals the shorter, then in the order of the dimensions.
std::vector<Description> descriptions_of(const Matter& matter) {
    std::vector<Description> out;
    std::set<Cover> known;
    for (size_t count = 0; count <= std::min(kMostLiterals, matter.varying.size()); ++count) {
        std::vector<bool> taken(matter.varying.size());
        std::fill_n(taken.begin(), count, true);
        do {
            std::vector<size_t> dimensions;
            for (size_t i = 0; i < taken.size(); ++i)
                if (taken[i]) dimensions.push_back(matter.varying[i]);
            add_descriptions(matter, dimensions, known, out);
        } while (std::prev_permutation(taken.begin(), taken.end()));
    }
    std::stable_sort(out.begin(), out.end(), [](const Description& a, const Description& b) { return a.gain > b.gain; });
    return out;
}

/// Descriptions that together gain as much as they can from the first on, each chosen for itself.
struct Choice {
    std::vector<const Description*> chosen;
    double gain = 0;
};

/// Groups have no cell in common, so that the counts of each are its own.
Choice choose_from(const Description& first, const std::vector<Description>& by_gain) {
    Choice out{{&first}, first.gain};
    Cover known = first.cells;
    for (const auto& next : by_gain) {
        if (out.chosen.size() == kMostGroups || next.gain <= 0) break;
        if (next.cells.meets(known)) continue;
        out.chosen.push_back(&next);
        out.gain += next.gain;
        known.join(next.cells);
    }
    return out;
}

Choice best_choice(const std::vector<Description>& by_gain) {
    Choice best;
    for (size_t i = 0; i < by_gain.size() && i < kFirstTried; ++i)
        if (Choice choice = choose_from(by_gain[i], by_gain); choice.gain > best.gain) best = std::move(choice);
    return best;
}

}  // namespace

CellPattern find_pattern(std::span<const std::string> cells, const std::vector<bool>& moved) {
    CellPattern out;
    const Matter matter = matter_of(cells, moved);
    const auto all = descriptions_of(matter);
    Cover grouped(cells.size());
    for (const Description* one : best_choice(all).chosen) {
        PatternGroup group{one->where, {}, {}};
        for (size_t i = 0; i < cells.size(); ++i)
            if (one->cells.has(i) && !grouped.has(i)) (moved[i] ? group.moved : group.still).push_back(i);
        grouped.join(one->cells);
        out.groups.push_back(std::move(group));
    }
    std::stable_sort(out.groups.begin(), out.groups.end(), [](const auto& a, const auto& b) { return a.moved.size() > b.moved.size(); });
    for (size_t i = 0; i < cells.size(); ++i) {
        if (grouped.has(i)) continue;
        ++out.outside;
        if (moved[i]) out.others.push_back(i);
    }
    return out;
}

}  // namespace diobench
