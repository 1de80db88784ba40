// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/expected.h"

#include "bench/host/workload/toml_section.h"

namespace diobench {

namespace {

constexpr const char* kOperation = "read expected slowdown";
constexpr std::string_view kInstructions = "instructions";

Result<std::optional<double>> optional_count(Section& section, std::string_view key) {
    const toml::node* node = section.find(key);
    if (node == nullptr) return std::optional<double>();
    auto value = node->value<double>();
    if (!value || *value <= 0) return section.bad(*node, key, "expected a positive number");
    return value;
}

}  // namespace

Result<ExpectedSlowdown> parse_expected(const std::string& text, const std::string& file) {
    auto table = parse_toml(text, file, kOperation);
    if (!table) return forward(table);
    Section section(*table, file, "expected.toml", kOperation);
    ExpectedSlowdown out;
    section.keep(section.text("cells", "\"*/fscache/*/direct/*\""), out.cells);
    section.keep(section.text("metric", "\"latency_ns\""), out.metric);
    const bool both = section.keep(optional_count(section, "about_per_op"), out.about_per_op) & section.keep(optional_count(section, "about_per_mib"), out.about_per_mib);
    section.keep(section.texts("functions", "[\"erofs_fscache_direct_read\"]"), out.functions);
    if (both && out.about_per_op.has_value() == out.about_per_mib.has_value()) section.fault(section.missing("about_per_op", "27"));
    if (auto s = section.done(); !s) return forward(s);
    return out;
}

Result<ExpectedSlowdown> read_expected(const fs::path& series_folder) {
    const fs::path file = series_folder / "expected.toml";
    auto text = read_file(file);
    if (!text) return forward(text);
    return parse_expected(*text, file.string());
}

bool is_expected_metric(const ExpectedSlowdown& expected, std::string_view metric) {
    if (expected.metric != kInstructions) return metric.starts_with(expected.metric);
    return metric.starts_with("latency_ns.") || metric.starts_with("cpu_ns_per_op.");
}

}  // namespace diobench
