// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/cells.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "bench/common/base/text.h"
#include "bench/common/measure/metric_table.h"

namespace diobench {

namespace {

using Boots = std::vector<const CellResult*>;

double as_double(const MetricValue& value) {
    return std::visit([](auto v) { return static_cast<double>(v); }, value);
}

/// Middle value; of an even number the mean of the two in the middle.
MetricValue median(std::vector<MetricValue> values) {
    std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return as_double(a) < as_double(b); });
    size_t half = values.size() / 2;
    if (values.size() % 2 == 1 || values[half] == values[half - 1]) return values[half];
    return (as_double(values[half - 1]) + as_double(values[half])) / 2;
}

MetricValue sum(const std::vector<MetricValue>& values) {
    bool whole = std::all_of(values.begin(), values.end(), [](const auto& v) { return std::holds_alternative<int64_t>(v); });
    double total = 0;
    int64_t whole_total = 0;
    for (const auto& value : values) {
        total += as_double(value);
        if (whole) whole_total += std::get<int64_t>(value);
    }
    return whole ? MetricValue(whole_total) : MetricValue(total);
}

/// One value for those of several boots; nullopt when the rule gives none.
std::optional<MetricValue> aggregate(const std::vector<MetricValue>& values, Aggregation rule) {
    switch (rule) {
    case Aggregation::median: return median(values);
    case Aggregation::sum: return sum(values);
    case Aggregation::maximum:
        return *std::max_element(values.begin(), values.end(),
                                 [](const auto& a, const auto& b) { return as_double(a) < as_double(b); });
    case Aggregation::identical:
        if (std::all_of(values.begin(), values.end(), [&](const auto& v) { return v == values.front(); }))
            return values.front();
    }
    return std::nullopt;
}

Metrics aggregate_metrics(const Boots& boots) {
    Metrics out;
    for (const auto& metric : metric_table()) {
        std::vector<MetricValue> values;
        for (const auto* boot : boots)
            if (auto it = boot->metrics->find(metric.name); it != boot->metrics->end()) values.push_back(it->second);
        if (values.size() != boots.size()) continue;  // missing in one boot: missing
        if (auto value = aggregate(values, metric.aggregation)) out.emplace(metric.name, *value);
    }
    return out;
}

/// The boot that says most about what went wrong, or nullptr if all are ok.
const CellResult* worst_boot(const Boots& boots) {
    for (auto status : {CellStatus::invalid, CellStatus::failed, CellStatus::unsupported})
        for (const auto* boot : boots)
            if (boot->status == status) return boot;
    return nullptr;
}

CellResult collapse(const Boots& boots) {
    if (boots.size() == 1) return *boots.front();
    if (const auto* worst = worst_boot(boots)) {
        CellResult out = *worst;
        if (worst->status != CellStatus::unsupported) out.reason = fmt::format("boot {}: {}", worst->boot, worst->reason);
        out.boot = boots.front()->boot;
        return out;
    }
    CellResult out = *boots.front();
    out.metrics = aggregate_metrics(boots);
    for (const auto* boot : boots) {
        if (boot == boots.front()) continue;
        if (boot->observed_io != out.observed_io) out.observed_io = ObservedIo::mixed;
        if (!boot->histogram) out.histogram.reset();
        else if (out.histogram) out.histogram->merge(*boot->histogram);
        for (const auto& [name, histogram] : boot->histograms) out.histograms[name].merge(histogram);
    }
    return out;
}

/// Whether a device is asked for the same by whatever engine.
bool is_same_load(const Dimensions& a, const Dimensions& b) {
    return a.device == b.device && a.pattern == b.pattern && a.block_size_bytes == b.block_size_bytes && a.iodepth == b.iodepth &&
           a.numjobs == b.numjobs && a.arrival == b.arrival && a.rate_iops == b.rate_iops;
}

/// The same load on a back end by an engine, in the same arm: one with numbers first, then one of the same workload.
const CellResult* best_match(const std::vector<CellResult>& cells, const CellResult& cell, std::string_view backend, std::string_view engine) {
    const CellResult* best = nullptr;
    const auto rank = [&](const CellResult& c) { return std::tuple(c.status == CellStatus::ok, c.workload == cell.workload); };
    for (const auto& other : cells) {
        const auto& d = other.dimensions;
        if (other.kernel != cell.kernel || d.backend != backend || d.engine != engine || !is_same_load(d, cell.dimensions)) continue;
        if (best == nullptr || rank(other) > rank(*best)) best = &other;
    }
    return best;
}

}  // namespace

std::vector<CellResult> collapse_boots(const std::vector<CellResult>& cells) {
    std::map<std::pair<std::string_view, std::string_view>, size_t> place;
    std::vector<Boots> groups;
    for (const auto& cell : cells) {
        auto [it, is_new] = place.try_emplace({cell.kernel, cell.cell}, groups.size());
        if (is_new) groups.emplace_back();
        groups[it->second].push_back(&cell);
    }
    std::vector<CellResult> out;
    out.reserve(groups.size());
    for (const auto& boots : groups) out.push_back(collapse(boots));
    return out;
}

const CellResult* find_cell(const std::vector<CellResult>& cells, std::string_view kernel, std::string_view cell_id) {
    for (const auto& cell : cells)
        if (cell.kernel == kernel && cell.cell == cell_id) return &cell;
    return nullptr;
}

const CellResult* counterpart(const std::vector<CellResult>& cells, const CellResult& cell, std::string_view kernel) {
    return find_cell(cells, kernel, cell.cell);
}

const CellResult* with_other_io(const std::vector<CellResult>& cells, const CellResult& cell, IoMode io) {
    Dimensions wanted = cell.dimensions;
    wanted.io = io;
    for (const auto& other : cells)
        if (other.kernel == cell.kernel && other.dimensions == wanted) return &other;
    return nullptr;
}

const CellResult* same_read(const std::vector<CellResult>& cells, const CellResult& cell, std::string_view backend) {
    return best_match(cells, cell, backend, cell.dimensions.engine);
}

std::optional<double> Floor::value(std::optional<double> (*of)(const CellResult&), Direction direction) const {
    std::optional<double> best;
    for (const CellResult* cell : {same, fixed}) {
        const auto one = cell != nullptr ? of(*cell) : std::nullopt;
        if (one && (!best || (direction == Direction::higher_is_better ? *one > *best : *one < *best))) best = one;
    }
    return best;
}

std::optional<Floor> floor_of(const std::vector<CellResult>& cells, const CellResult& cell) {
    const CellResult* same = same_read(cells, cell, kDevice);
    if (same == nullptr) return std::nullopt;
    return Floor{same, best_match(cells, cell, kDevice, kFixedBuffers)};
}

bool is_bound_by_floor(const CellResult& cell) {
    if (cell.status != CellStatus::ok || cell.dimensions.io != IoMode::direct || cell.observed_io != ObservedIo::direct) return false;
    if (cell.dimensions.backend == kDevice || cell.dimensions.backend == kNull) return false;
    const auto wanted = cell.metric("bytes");
    const auto from_device = cell.metric("device.read_bytes");
    const auto grown = page_cache_growth_bytes(cell);
    if (!wanted) return false;
    return (!from_device || *from_device >= *wanted) && (!grown || *grown < *wanted / 2);
}

std::optional<double> page_cache_growth_bytes(const CellResult& cell) {
    auto before = cell.metric(kPageCacheBefore);
    auto after = cell.metric(kPageCacheAfter);
    if (!before || !after) return std::nullopt;
    return *after - *before;
}

}  // namespace diobench
