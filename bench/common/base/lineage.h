// SPDX-License-Identifier: GPL-2.0-only
// The order of revisions: v1, v2, v3 stand one after the other.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// Series -> the series it revises; a series that revises none need not be in it.
using Revisions = std::map<std::string, std::string>;

/// `names` in an order in which each stands after the one it revises (also over revisions that are not among `names`),
/// right behind it and its other, earlier revisions; otherwise as they came.  In a circle, which
/// check_lineage() refuses, nothing is lost.
[[nodiscard]] std::vector<std::string> order_by_lineage(const std::vector<std::string>& names, const Revisions& revises);
/// Orders arms (which have a `name` and a `chain` of series, their own last) so.
template <class Arm>
void sort_by_lineage(std::vector<Arm>& arms) {
    std::vector<std::string> names;
    Revisions revises;
    for (const Arm& arm : arms) {
        names.push_back(arm.name);
        const auto& series = arm.chain.back();
        // What stands behind the series in a name ("@6.1") stands behind what it revises as well.
        if (!series.revises.empty()) revises[arm.name] = series.revises + arm.name.substr(std::min(series.name.size(), arm.name.size()));
    }
    std::map<std::string, size_t> place;
    for (const auto& name : order_by_lineage(names, revises)) place.emplace(name, place.size());
    std::stable_sort(arms.begin(), arms.end(), [&](const Arm& a, const Arm& b) { return place.at(a.name) < place.at(b.name); });
}
/// How many of `names` `name` revises, directly and through others: 0 for a first version.
[[nodiscard]] size_t lineage_depth(const std::string& name, const std::vector<std::string>& names, const Revisions& revises);
/// Refuses revisions that go in a circle, and shows it.
[[nodiscard]] Status check_lineage(const Revisions& revises);

}  // namespace diobench
