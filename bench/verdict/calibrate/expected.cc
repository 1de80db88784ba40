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
    auto cells = section.text("cells", "\"*/fscache/*/direct/*\"");
    if (!cells) return forward(cells);
    auto metric = section.text("metric", "\"latency_ns\"");
    if (!metric) return forward(metric);
    auto per_op = optional_count(section, "about_per_op");
    if (!per_op) return forward(per_op);
    auto per_mib = optional_count(section, "about_per_mib");
    if (!per_mib) return forward(per_mib);
    auto functions = section.texts("functions", "[\"erofs_fscache_direct_read\"]");
    if (!functions) return forward(functions);
    if (per_op->has_value() == per_mib->has_value()) return section.missing("about_per_op", "27");
    if (auto s = section.refuse_unknown(); !s) return forward(s);
    return ExpectedSlowdown{std::move(*cells), std::move(*metric), *per_op, *per_mib, std::move(*functions)};
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
