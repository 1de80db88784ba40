// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/csv.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/measure/metric_table.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

std::string csv_line(const std::vector<std::string>& fields) {
    std::vector<std::string> quoted;
    for (const auto& field : fields) quoted.push_back(csv_field(field));
    return join(quoted, ",") + "\r\n";
}

/// The name, which has the unit in it or gets it: "errors" are "errors_count".
std::string column_of(const Metric& metric) {
    return metric.name.find(metric.unit) != std::string_view::npos ? std::string(metric.name) : fmt::format("{}_{}", metric.name, metric.unit);
}

std::string value_of(const CellResult& cell, const Metric& metric) {
    if (!cell.metrics) return "";
    const auto found = cell.metrics->find(metric.name);
    return found == cell.metrics->end() ? "" : std::visit([](auto value) { return fmt::format("{}", value); }, found->second);
}

std::vector<std::string> head() {
    std::vector<std::string> out = {"kernel", "workload", "cell"};
    for (const auto& row : dimension_table()) out.emplace_back(row.name);
    for (const char* name : {"declared_io", "observed_io", "status", "known", "reason"}) out.emplace_back(name);
    for (const auto& metric : metric_table()) out.push_back(column_of(metric));
    return out;
}

std::vector<std::string> row_of(const CellResult& cell) {
    std::vector<std::string> out = {cell.kernel, cell.workload, cell.cell};
    for (const auto& row : dimension_table())
        out.push_back(std::visit([](const auto& value) { return fmt::format("{}", value); }, value_of(cell.dimensions, row)));
    const std::string observed = cell.observed_io ? std::string(status_name(*cell.observed_io)) : "";
    out.insert(out.end(), {cell.declared_io, observed, std::string(status_name(cell.status)), cell.known ? "true" : "false", cell.reason});
    for (const auto& metric : metric_table()) out.push_back(value_of(cell, metric));
    return out;
}

}  // namespace

std::string csv_text(const Results& results) {
    std::string out = csv_line(head());
    for (const auto& cell : collapse_boots(results.cells)) out += csv_line(row_of(cell));
    return out;
}

Status write_csv(const fs::path& file, const Results& results) {
    if (results.cells.empty()) return fail("write the cells of run", results.run.id, "it measured none: take a run of `diobench run`");
    return write_file_atomic(file, csv_text(results));
}

}  // namespace diobench
