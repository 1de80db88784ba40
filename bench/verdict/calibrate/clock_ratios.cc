// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/clock_ratios.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "bench/results/store/cells.h"

namespace diobench {

namespace {

class RatioPlanner {
public:
    RatioPlanner(std::span<const Cell> cells, const ClockArms& arms, const ClockNames& names) : cells_(cells), arms_(arms), names_(names) {
        for (const Cell& cell : cells) ids_.insert(cell.id());
    }

    std::vector<PlannedRatio> plan() {
        if (has_arms()) {
            direct_against_buffered(arms_.baseline, Reads::of_arm);
            for (const auto& candidate : arms_.candidates) direct_against_buffered(candidate, Reads::of_arm);
        }
        direct_against_buffered(judged(), Reads::of_others);
        if (has_arms())
            for (const auto& candidate : arms_.candidates) against_baseline(candidate);
        against_plain_files();
        return std::move(out_);
    }

private:
    /// What depends on the arm is read through fscache.
    enum class Reads { of_arm, of_others };

    [[nodiscard]] bool has_arms() const { return names_.kernel.empty(); }
    /// The kernel that other back ends are read on.
    [[nodiscard]] const std::string& judged() const { return has_arms() ? arms_.candidates.back() : names_.kernel; }

    void direct_against_buffered(const std::string& kernel, Reads reads) {
        for (const Cell& cell : cells_) {
            if (cell.io != IoMode::direct || (cell.backend == kFscache) != (reads == Reads::of_arm)) continue;
            Cell other = cell;
            other.io = IoMode::buffered;
            add(RatioFamily::direct_buffered, fmt::format("direct / buffered, {}", reads == Reads::of_arm ? kernel : cell.backend), {kernel, &cell}, {kernel, &other});
        }
    }

    void against_baseline(const std::string& candidate) {
        for (const Cell& cell : cells_)
            if (cell.backend == kFscache && cell.io == IoMode::direct)
                add(RatioFamily::arms, fmt::format("{} / {}", candidate, arms_.baseline), {candidate, &cell}, {arms_.baseline, &cell});
    }

    void against_plain_files() {
        for (const Cell& cell : cells_) {
            if (cell.backend == kNull || cell.backend == kPlainBackend || (!has_arms() && cell.backend == kFscache)) continue;
            Cell other = cell;
            other.backend = kPlainBackend;
            add(RatioFamily::backends, fmt::format("{} / {}", cell.backend, kPlainBackend), {judged(), &cell}, {judged(), &other});
        }
    }

    struct Read {
        const std::string& kernel;
        const Cell* cell;
    };

    /// Nothing if the cells have no such one as the denominator.
    void add(RatioFamily family, std::string what, const Read& numerator, const Read& denominator) {
        if (!ids_.contains(denominator.cell->id())) return;
        PlannedRatio ratio;
        ratio.family = family;
        ratio.what = std::move(what);
        ratio.device = numerator.cell->device;
        if (family != RatioFamily::direct_buffered) ratio.io = name_of(numerator.cell->io);
        ratio.read = read_label(*numerator.cell);
        ratio.real = {{numerator.kernel, numerator.cell->id()}, {denominator.kernel, denominator.cell->id()}};
        ratio.exact = {on_exact(numerator), on_exact(denominator)};
        out_.push_back(std::move(ratio));
    }

    [[nodiscard]] RatioSide on_exact(const Read& read) const {
        Cell cell = *read.cell;
        if (!names_.exact_device.empty()) cell.device = names_.exact_device;
        return {has_arms() ? read.kernel : arms_.candidates.back(), cell.id()};
    }

    std::span<const Cell> cells_;
    const ClockArms& arms_;
    const ClockNames& names_;
    std::set<std::string> ids_;
    std::vector<PlannedRatio> out_;
};

}  // namespace

std::string_view family_name(RatioFamily family) {
    switch (family) {
    case RatioFamily::direct_buffered: return "direct / buffered";
    case RatioFamily::arms: return "arm / arm";
    case RatioFamily::backends: return "back end / back end";
    }
    return "";
}

std::vector<PlannedRatio> plan_ratios(std::span<const Cell> cells, const ClockArms& arms, const ClockNames& names) {
    auto out = RatioPlanner(cells, arms, names).plan();
    // Rows of one heading stand together, headings in the order in which they first come.
    std::map<std::string, size_t> place;
    auto heading = [](const PlannedRatio& ratio) { return fmt::format("{}, {}, {}", ratio.what, ratio.device, ratio.io); };
    for (const auto& ratio : out) place.try_emplace(heading(ratio), place.size());
    std::stable_sort(out.begin(), out.end(), [&](const PlannedRatio& a, const PlannedRatio& b) { return place.at(heading(a)) < place.at(heading(b)); });
    return out;
}

}  // namespace diobench
