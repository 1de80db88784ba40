// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/prometheus.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/results/export/prometheus_families.h"

namespace diobench {

namespace {

/// What a unit of the metric table becomes.
struct BaseUnit {
    std::string_view unit;    ///< in the table
    std::string_view spelled; ///< how it is spelled inside the metric's name
    std::string_view suffix;  ///< of the Prometheus name; empty for plain counts
    double divisor;
};
constexpr std::array kBaseUnits = {
    BaseUnit{"ns", "ns", "seconds", kNsPerSecond},
    BaseUnit{"s", "seconds", "seconds", 1},
    BaseUnit{"bytes", "bytes", "bytes", 1},
    BaseUnit{"bytes_per_s", "bytes_per_s", "bytes_per_second", 1},
    BaseUnit{"byte_seconds", "byte_seconds", "byte_seconds", 1},
    BaseUnit{"ops", "ops", "ops", 1},
    BaseUnit{"ops_per_s", "ops_per_s", "ops_per_second", 1},
    BaseUnit{"ratio", "ratio", "ratio", 1},
    BaseUnit{"instructions", "instructions", "instructions", 1},
    BaseUnit{"per_op", "", "", 1},
    BaseUnit{"count", "", "", 1},
};

const BaseUnit& base_unit(std::string_view unit) {
    for (const auto& known : kBaseUnits)
        if (known.unit == unit) return known;
    return kBaseUnits.back();
}

}  // namespace

std::array<uint64_t, kLatencyBounds_ns.size()> rebin(const Histogram& histogram) {
    std::array<uint64_t, kLatencyBounds_ns.size()> counts{};
    uint64_t seen = 0;
    uint32_t index = 0;
    for (size_t i = 0; i < kLatencyBounds_ns.size(); ++i) {
        for (uint32_t end = Histogram::index_of(kLatencyBounds_ns[i] + 1); index < end; ++index) seen += histogram.bucket_count(index);
        counts[i] = seen;
    }
    return counts;
}

std::string prometheus_name(const Metric& metric) {
    const BaseUnit& unit = base_unit(metric.unit);
    std::string name = fmt::format("_{}_", metric.name);
    std::replace(name.begin(), name.end(), '.', '_');
    if (std::string inside = fmt::format("_{}_", unit.spelled); !unit.spelled.empty())
        if (size_t at = name.find(inside); at != std::string::npos) name.replace(at, inside.size(), "_");
    name = "diobench" + name;
    return unit.suffix.empty() ? name.substr(0, name.size() - 1) : name + std::string(unit.suffix);
}

double prometheus_value(const Metric& metric, double value) { return value / base_unit(metric.unit).divisor; }

Result<std::string> prometheus_text(const Results& results) {
    auto families = prometheus_families(results);
    if (!families) return forward(families);
    return prometheus_text(*families);
}

Status write_prometheus(const fs::path& file, const Results& results) {
    auto text = prometheus_text(results);
    if (!text) return forward(text);
    return write_file_atomic(file, *text);
}

}  // namespace diobench
