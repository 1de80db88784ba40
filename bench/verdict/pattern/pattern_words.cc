// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/plan/dimensions.h"
#include "bench/verdict/pattern/pattern.h"

namespace diobench {

namespace {

/// What every one of these cells is, but for what goes without saying.
std::vector<Literal> shared_by(std::span<const std::string> cells) {
    std::vector<Literal> out;
    auto common = point_of(cells.front());
    for (const auto& cell : cells) {
        const auto point = point_of(cell);
        if (point.empty()) return {};
        for (size_t d = 0; d < common.size(); ++d)
            if (point[d] != common[d]) common[d].clear();
    }
    for (size_t d = 0; d < common.size(); ++d)
        if (!common[d].empty() && !(point_dimensions()[d].name == "backend" && common[d] == kFscache)) out.push_back({d, common[d]});
    return out;
}

size_t size_of(const PatternGroup& group) { return group.moved.size() + group.still.size(); }

std::string every_cell_words(std::span<const std::string> cells) {
    const auto shared = shared_by(cells);
    return shared.empty() ? "every read" : fmt::format("every read that was judged ({})", reads_words(shared, ReadsForm::plural));
}

/// What `found` says of cells that are all in `group`, without what that says already.
std::vector<Literal> without(std::vector<Literal> found, const PatternGroup& group) {
    std::erase_if(found, [&](const Literal& one) { return std::find(group.where.begin(), group.where.end(), one) != group.where.end(); });
    return found;
}

}  // namespace

std::string group_words(const PatternGroup& group, std::span<const std::string> cells) {
    if (size_of(group) == 1) return cell_words(cells[group.moved.front()]);
    if (!group.still.empty()) return reads_words(group.where, ReadsForm::plural);
    return group.where.empty() ? every_cell_words(cells) : reads_words(group.where, ReadsForm::every);
}

std::string exception_words(const PatternGroup& group, std::span<const std::string> cells) {
    if (group.still.empty()) return {};
    if (group.still.size() == 1) return fmt::format(" (not {})", cell_words(cells[group.still.front()]));
    std::vector<std::string> inside;
    std::vector<bool> moved;
    for (const auto& [list, is_still] : {std::pair(&group.moved, false), {&group.still, true}})
        for (const size_t i : *list) {
            inside.push_back(cells[i]);
            moved.push_back(is_still);
        }
    const CellPattern found = find_pattern(inside, moved);
    if (found.groups.size() != 1 || !found.others.empty() || !found.groups.front().still.empty()) return {};
    return fmt::format(" (not {}: 0 of {})", reads_words(without(found.groups.front().where, group), ReadsForm::plural), group.still.size());
}

std::string pattern_words(const CellPattern& pattern, std::span<const std::string> cells) {
    std::vector<std::string> parts;
    for (const auto& group : pattern.groups)
        parts.push_back(fmt::format("{}: {} of {}{}", group_words(group, cells), group.moved.size(), size_of(group), exception_words(group, cells)));
    if (pattern.groups.empty() && pattern.others.size() == 1) return fmt::format("{}; nothing else: 0 of {}", cells[pattern.others.front()], cells.size() - 1);
    if (pattern.groups.empty()) parts.push_back(fmt::format("{} of {} tests, without a pattern", pattern.others.size(), pattern.outside));
    else if (!pattern.others.empty()) parts.push_back(fmt::format("elsewhere {} of {}", pattern.others.size(), pattern.outside));
    else if (pattern.outside > 0) parts.push_back(fmt::format("nothing else: 0 of {}", pattern.outside));
    return join(parts, "; ");
}

}  // namespace diobench
