// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/cells.h"

#include <algorithm>
#include <fmt/format.h>
#include <fnmatch.h>
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

}  // namespace

bool match_glob(std::string_view pattern, std::string_view cell_id) {
    return ::fnmatch(std::string(pattern).c_str(), std::string(cell_id).c_str(), 0) == 0;
}

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

const CellResult* raw_limit(const std::vector<CellResult>& cells, const CellResult& cell) {
    const auto& d = cell.dimensions;
    for (const auto& other : cells) {
        const auto& o = other.dimensions;
        if (other.kernel == cell.kernel && o.backend == kRaw && o.device == d.device && o.pattern == d.pattern &&
            o.block_size_bytes == d.block_size_bytes && o.engine == d.engine && o.iodepth == d.iodepth &&
            o.numjobs == d.numjobs && o.arrival == d.arrival && o.rate_iops == d.rate_iops)
            return &other;
    }
    return nullptr;
}

std::optional<double> ratio_to_raw(const std::vector<CellResult>& cells, const CellResult& cell) {
    const CellResult* raw = raw_limit(cells, cell);
    auto own = cell.metric("throughput_bytes_per_s");
    auto limit = raw != nullptr ? raw->metric("throughput_bytes_per_s") : std::nullopt;
    if (!own || !limit || *limit <= 0) return std::nullopt;
    return *own / *limit;
}

std::optional<double> page_cache_growth_bytes(const CellResult& cell) {
    auto before = cell.metric("page_cache_bytes.guest_total.before");
    auto after = cell.metric("page_cache_bytes.guest_total.after");
    if (!before || !after) return std::nullopt;
    return *after - *before;
}

std::string read_label(const Dimensions& d) {
    const std::string_view pattern = d.pattern == Pattern::sequential ? "seq" : d.pattern == Pattern::random ? "rand" : name_of(d.pattern);
    std::string label = fmt::format("{} {} qd{} {}", pattern, size_name(d.block_size_bytes), d.iodepth, d.engine);
    return d.numjobs > 1 ? fmt::format("{} x{}", label, d.numjobs) : label;
}

}  // namespace diobench
