// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/run_rows.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/results/sql/migrate.h"
#include "bench/results/store/number_list.h"
#include "bench/results/store/schema.h"

namespace diobench {

namespace {

constexpr std::array kRunTables = {KeyedTable{"runs", "id"},      KeyedTable{"kernels", "run_id"}, KeyedTable{"conformance", "run_id"},
                                   KeyedTable{"cells", "run_id"}, KeyedTable{"numbers", "run_id"}, KeyedTable{"histograms", "run_id"}};
constexpr std::array kJudgementTables = {KeyedTable{"judgements", "id"}, KeyedTable{"judgement_runs", "judgement_id"}, KeyedTable{"judgement_baselines", "judgement_id"},
                                         KeyedTable{"judgement_kernels", "judgement_id"}, KeyedTable{"verdicts", "judgement_id"}};
constexpr std::array kPinTables = {KeyedTable{"pins", "name"}};
constexpr std::array kKinds = {StoredKind{"runs", "run", kRunTables}, StoredKind{"gates and nights", "judgement", kJudgementTables}, StoredKind{"pins", "pin", kPinTables}};

/// A row's number in its database, which is of no other one; rows are in the order of it.
constexpr const char* kCells = "cells";
constexpr const char* kNumberOfCell = "id";
constexpr const char* kDirectory = "directory";

TableRows run_row(const Results& results, const fs::path& directory) {
    const Run& run = results.run;
    const auto qemu = run.tool.find("qemu");
    const auto ok = std::count_if(results.cells.begin(), results.cells.end(), [](const CellResult& cell) { return cell.status == CellStatus::ok; });
    return {"runs", "id, started_at, elapsed_s, suite, machine, accelerator, seed, clock_kind, clock_comparable, host_cpu, host_kernel, status, exit_code, description, directory, qemu, plan_sha256, "
                    "cell_count, ok_cell_count",
            {sql::values(run.id, run.started_at, run.elapsed_s, run.suite, run.machine, run.accelerator, run.seed, run.clock.kind, static_cast<int>(run.clock.comparable), run.host.cpu, run.host.kernel,
                         status_name(run.status), run.exit_code, to_json(results).at("run").dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                         directory.empty() ? "" : fs::absolute(directory).lexically_normal().string(), qemu == run.tool.end() ? "" : qemu->second, run.plan_sha256, results.cells.size(), ok)}};
}

TableRows kernel_rows(const Results& results) {
    TableRows out{"kernels", "run_id, name, base_version, patch_sha256, config_sha256, image_sha256, build_seconds, status, reason, place", {}};
    for (const auto& kernel : results.kernels)
        out.rows.push_back(sql::values(results.run.id, kernel.name, kernel.base_version, kernel.patch_sha256, kernel.config_sha256, kernel.image_sha256, kernel.build_seconds,
                                       status_name(kernel.status), kernel.reason, out.rows.size()));
    return out;
}

TableRows conformance_rows(const Results& results) {
    TableRows out{"conformance", "run_id, kernel, case_name, status, known, reason, seconds", {}};
    for (const auto& kernel : results.kernels)
        for (const auto& entry : kernel.conformance)
            out.rows.push_back(sql::values(results.run.id, kernel.name, entry.case_name, status_name(entry.status), static_cast<int>(entry.known), entry.reason, entry.seconds));
    return out;
}

sql::Values cell_row(const std::string& run_id, const CellResult& cell, size_t place) {
    const auto observed = cell.observed_io ? std::optional<std::string_view>(status_name(*cell.observed_io)) : std::nullopt;
    sql::Values out = sql::values(run_id, cell.kernel, place, cell.workload, cell.cell, cell.boot, cell.declared_io, observed, status_name(cell.status), cell.reason, static_cast<int>(cell.known));
    for (const auto& row : dimension_table()) out.push_back(std::visit([](const auto& value) { return sql::value_of(value); }, value_of(cell.dimensions, row)));
    return out;
}

/// Of one kernel: metric -> the numbers of its cells so far.
using KernelNumbers = std::map<std::string_view, std::vector<std::optional<MetricValue>>>;

void add_cells(const Results& results, std::vector<TableRows>& out) {
    TableRows cells{kCells, "run_id, kernel, place, workload, cell, boot, declared_io, observed_io, status, reason, known" + dimension_columns(), {}};
    TableRows numbers{"numbers", "run_id, kernel, metric, list", {}};
    TableRows histograms{"histograms", "run_id, kernel, place, histogram", {}};
    std::map<std::string_view, size_t> places;
    std::map<std::string_view, KernelNumbers> all;
    for (const auto& cell : results.cells) {
        const size_t place = places[cell.kernel]++;
        cells.rows.push_back(cell_row(results.run.id, cell, place));
        if (cell.metrics)
            for (const auto& [name, value] : *cell.metrics) {
                auto& list = all[cell.kernel][name];
                list.resize(place);
                list.emplace_back(value);
            }
        if (cell.histogram) histograms.rows.push_back(sql::values(results.run.id, cell.kernel, place, cell.histogram->to_json().dump()));
    }
    for (const auto& [kernel, metrics] : all)
        for (const auto& [metric, list] : metrics) numbers.rows.push_back(sql::values(results.run.id, kernel, metric, number_list(list)));
    out.push_back(std::move(cells));
    out.push_back(std::move(numbers));
    out.push_back(std::move(histograms));
}

/// Length first, so that no two rows are the same text.
void append_field(std::string& out, const sql::Value& value) {
    if (const auto* number = std::get_if<int64_t>(&value)) fmt::format_to(std::back_inserter(out), "i{} ", *number);
    else if (const auto* real = std::get_if<double>(&value)) fmt::format_to(std::back_inserter(out), "r{} ", *real);
    else if (const auto* text = std::get_if<std::string>(&value)) fmt::format_to(std::back_inserter(out), "t{}:{} ", text->size(), *text);
    else out += "n ";
}

/// Names and places of columns, by name.
std::map<std::string, size_t> sorted_columns(const std::string& columns) {
    std::map<std::string, size_t> out;
    for (const auto& name : split(columns, ',')) {
        const size_t place = out.size();
        out.emplace(replace_all(std::string(trim(name)), "\"", ""), place);
    }
    out.erase(kDirectory);
    return out;
}

}  // namespace

std::span<const StoredKind> stored_kinds() { return kKinds; }
const StoredKind& stored_runs() { return kKinds.front(); }

std::vector<TableRows> rows_of(const Results& results, const fs::path& directory) {
    std::vector<TableRows> out = {run_row(results, directory), kernel_rows(results), conformance_rows(results)};
    add_cells(results, out);
    return out;
}

std::vector<TableRows> read_rows(sql::Connection& connection, const StoredKind& kind, const std::string& id) {
    std::vector<TableRows> out;
    for (const auto& table : kind.tables) {
        auto names = sql::columns_of(connection, std::string(table.name));
        const bool is_cells = table.name == kCells;
        if (is_cells) std::erase(names, kNumberOfCell);
        TableRows found{std::string(table.name), "\"" + join(names, "\", \"") + "\"", {}};
        auto query = connection.query(fmt::format("SELECT {} FROM {} WHERE {} = ?{}", found.columns, table.name, table.key, is_cells ? " ORDER BY id" : ""), sql::values(id));
        while (query->step()) {
            auto& row = found.rows.emplace_back();
            for (size_t i = 0; i < names.size(); ++i) row.push_back(query->value(static_cast<int>(i)));
        }
        out.push_back(std::move(found));
    }
    return out;
}

void replace_rows(sql::Connection& connection, const StoredKind& kind, const std::string& id, const std::vector<TableRows>& rows) {
    connection.execute(fmt::format("DELETE FROM {} WHERE {} = ?", kind.tables.front().name, kind.tables.front().key), sql::values(id));
    for (const auto& table : rows) connection.insert(table.table, table.columns, table.rows);
}

std::vector<std::string> ids_of(sql::Connection& connection, const StoredKind& kind) {
    auto query = connection.query(fmt::format("SELECT {0} FROM {1} ORDER BY {0}", kind.tables.front().key, kind.tables.front().name));
    std::vector<std::string> out;
    while (query->step()) out.push_back(query->text(0));
    return out;
}

std::string content_of(const std::vector<TableRows>& rows) {
    std::string all;
    for (const auto& table : rows) {
        const auto columns = sorted_columns(table.columns);
        std::vector<std::string> texts;
        for (const auto& row : table.rows) {
            std::string& text = texts.emplace_back();
            for (const auto& [name, place] : columns) append_field(text, row.at(place));
        }
        std::sort(texts.begin(), texts.end());
        all += table.table + ":";
        for (const auto& [name, place] : columns) all += name + ",";
        for (const auto& text : texts) all += "\n" + text;
        all += "\n\n";
    }
    return sha256_hex(all);
}

}  // namespace diobench
