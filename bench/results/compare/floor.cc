// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/floor.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>

#include "bench/common/base/text.h"
#include "bench/results/compare/measures.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

constexpr size_t kNamedCells = 3;

/// A cell that is better than its floor.
struct BelowFloor {
    std::string cell;
    double by;  ///< share of the floor's number
    double own;
    double floor;
};

std::optional<BelowFloor> below_floor(const CellResult& cell, const Floor& floor, const Measure& measure, double tolerance) {
    const auto own = measure.value(cell);
    const auto least = floor.value(measure.value, measure.direction);
    if (!own || !least || *least <= 0) return std::nullopt;
    const double by = measure.direction == Direction::higher_is_better ? *own / *least - 1 : 1 - *own / *least;
    if (by <= tolerance) return std::nullopt;
    return BelowFloor{cell.cell, by, *own, *least};
}

std::string wrong_floor_sentence(std::string_view who, const Measure& measure, std::vector<BelowFloor> cells) {
    std::stable_sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a.by > b.by; });
    std::vector<std::string> named;
    for (const auto& one : cells) {
        if (named.size() == kNamedCells) break;
        named.push_back(fmt::format("{} by {:.1f} % ({}, the floor {})", one.cell, one.by * 100, measure.text(one.own), measure.text(one.floor)));
    }
    const std::string more = cells.size() > named.size() ? fmt::format(" and {} more", cells.size() - named.size()) : "";
    return fmt::format("The floor is wrong: {} than the block device itself in {} cell{}: {}{}", who, cells.size(), cells.size() == 1 ? "" : "s",
                       join(named, "; "), more);
}

}  // namespace

std::vector<std::string> wrong_floors(const Results& results) {
    const ClockInfo& clock = results.run.clock;
    const Measure& cpu = comparison_measure(clock, "cpu_ns_per_op");
    const Measure& throughput = comparison_measure(clock, "throughput_bytes_per_s");
    const auto cells = collapse_boots(results.cells);
    std::vector<CellResult> of_device;
    std::copy_if(cells.begin(), cells.end(), std::back_inserter(of_device), [](const CellResult& c) { return c.dimensions.backend == kDevice; });

    std::map<std::pair<const Measure*, std::string>, std::vector<BelowFloor>> found;
    for (const auto& cell : cells) {
        if (!is_bound_by_floor(cell)) continue;
        const auto floor = floor_of(of_device, cell);
        if (!floor || floor->same->status != CellStatus::ok || floor->same->metric("ops") != cell.metric("ops")) continue;
        for (const Measure* measure : {&cpu, &throughput})
            if (auto below = below_floor(cell, *floor, *measure, wrong_floor_from(clock))) found[{measure, cell.kernel}].push_back(*below);
    }
    std::vector<std::string> out;
    for (const auto& [key, below] : found) {
        const auto words = key.first == &cpu ? cpu.better : faster_words(clock);
        out.push_back(wrong_floor_sentence(fmt::format("{} {}", key.second, words), *key.first, below));
    }
    return out;
}

}  // namespace diobench
