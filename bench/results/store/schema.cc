// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/schema.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <vector>

#include "bench/common/plan/dimensions.h"
#include "bench/results/store/number_list.h"
#include "bench/results/store/run_rows.h"

namespace diobench {

namespace {

/// Lines that begin with "/* sqlite */" are for files that were there before another engine was; "/* postgresql: ... */" is for that alone.
constexpr std::array<const char*, 8> kMigrations = {
R"sql(
CREATE TABLE runs (
    id TEXT PRIMARY KEY, started_at TEXT NOT NULL, elapsed_s REAL NOT NULL, suite TEXT NOT NULL,
    machine TEXT NOT NULL, accelerator TEXT NOT NULL, seed INTEGER NOT NULL,
    clock_kind TEXT NOT NULL, clock_comparable INTEGER NOT NULL, host_cpu TEXT NOT NULL, host_kernel TEXT NOT NULL,
    status TEXT NOT NULL, exit_code INTEGER NOT NULL,
    description TEXT NOT NULL  -- the "run" object of results.json
) STRICT;
CREATE INDEX runs_by_time ON runs (started_at);
CREATE TABLE kernels (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, name TEXT NOT NULL, base_version TEXT NOT NULL,
    patch_sha256 TEXT NOT NULL, config_sha256 TEXT NOT NULL, image_sha256 TEXT NOT NULL,
    build_seconds REAL, status TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT;
CREATE TABLE cells (
    id INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    kernel TEXT NOT NULL, workload TEXT NOT NULL, cell TEXT NOT NULL, boot INTEGER NOT NULL,
    backend TEXT NOT NULL, layout TEXT NOT NULL, device TEXT NOT NULL, cache_state TEXT NOT NULL, io TEXT NOT NULL,
    pattern TEXT NOT NULL, block_size_bytes INTEGER NOT NULL, engine TEXT NOT NULL, iodepth INTEGER NOT NULL,
    numjobs INTEGER NOT NULL, declared_io TEXT NOT NULL, observed_io TEXT,
    status TEXT NOT NULL, reason TEXT NOT NULL, known INTEGER NOT NULL,
    UNIQUE (run_id, kernel, cell, boot)
) STRICT;
CREATE INDEX cells_by_id ON cells (cell, kernel);
CREATE TABLE metrics (  -- a missing metric has no row
    cell_id INTEGER NOT NULL REFERENCES cells (id) ON DELETE CASCADE, name TEXT NOT NULL, value ANY NOT NULL,
    PRIMARY KEY (cell_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE histograms (  -- of latencies, as in results.json
    cell_id INTEGER PRIMARY KEY REFERENCES cells (id) ON DELETE CASCADE, histogram TEXT NOT NULL
) STRICT;
)sql",
R"sql(
CREATE TABLE conformance (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, kernel TEXT NOT NULL, case_name TEXT NOT NULL,
    status TEXT NOT NULL, known INTEGER NOT NULL, reason TEXT NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (run_id, kernel, case_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX kernels_by_patches ON kernels (patch_sha256, base_version);
)sql",
R"sql(
ALTER TABLE cells ADD COLUMN span_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cells ADD COLUMN arrival TEXT NOT NULL DEFAULT 'closed';
ALTER TABLE cells ADD COLUMN rate_iops INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cells ADD COLUMN memory_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cells ADD COLUMN neighbour_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cells ADD COLUMN fetch TEXT NOT NULL DEFAULT 'lan';
ALTER TABLE cells ADD COLUMN trace TEXT NOT NULL DEFAULT '';
ALTER TABLE cells ADD COLUMN fio_job TEXT NOT NULL DEFAULT '';
CREATE TABLE judgements (  -- of gates and nights
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, started_at TEXT NOT NULL, elapsed_s REAL NOT NULL,
    suite TEXT NOT NULL, machine TEXT NOT NULL, baseline TEXT NOT NULL, candidate TEXT NOT NULL,
    run_id TEXT NOT NULL,  -- the candidate's run; empty: none
    verdict TEXT NOT NULL, exit_code INTEGER NOT NULL
) STRICT;
CREATE INDEX judgements_by_run ON judgements (run_id);
CREATE INDEX judgements_by_time ON judgements (started_at);
CREATE TABLE verdicts (
    judgement_id TEXT NOT NULL REFERENCES judgements (id) ON DELETE CASCADE, cell TEXT NOT NULL,
    metric TEXT NOT NULL,  -- empty: the cell as a whole
    verdict TEXT NOT NULL, baseline REAL, candidate REAL, worse_by_ratio REAL, low REAL, high REAL,
    reason TEXT NOT NULL, accepted TEXT NOT NULL,
    PRIMARY KEY (judgement_id, cell, metric)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdicts_by_cell ON verdicts (cell, metric);
CREATE TABLE pins (  -- no foreign key: a run that is recorded again is replaced
    name TEXT PRIMARY KEY, run_id TEXT NOT NULL, kernel TEXT NOT NULL, cells TEXT NOT NULL, pinned_at TEXT NOT NULL
) STRICT;
)sql",
R"sql(
CREATE TABLE judgement_runs (  -- all that were judged; no foreign key to runs: a run that is recorded again is replaced
    judgement_id TEXT NOT NULL REFERENCES judgements (id) ON DELETE CASCADE, run_id TEXT NOT NULL,
    PRIMARY KEY (judgement_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX judgement_runs_by_run ON judgement_runs (run_id);
INSERT INTO judgement_runs SELECT id, run_id FROM judgements WHERE run_id <> '';
)sql",
R"sql(
ALTER TABLE runs ADD COLUMN directory TEXT NOT NULL DEFAULT '';  -- absolute; empty: not known
ALTER TABLE judgements ADD COLUMN directory TEXT NOT NULL DEFAULT '';
CREATE TABLE judgement_kernels (  -- what a night found of each kernel; a gate says something of its candidate alone
    judgement_id TEXT NOT NULL REFERENCES judgements (id) ON DELETE CASCADE, kernel TEXT NOT NULL, verdict TEXT NOT NULL,
    PRIMARY KEY (judgement_id, kernel)
) STRICT, WITHOUT ROWID;
CREATE TABLE judgement_baselines (  -- runs of the baseline that were compared with
    judgement_id TEXT NOT NULL REFERENCES judgements (id) ON DELETE CASCADE, run_id TEXT NOT NULL,
    PRIMARY KEY (judgement_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX judgement_baselines_by_run ON judgement_baselines (run_id);
CREATE VIEW blamed_kernels AS SELECT k.run_id, k.name AS kernel FROM kernels k WHERE k.status <> 'ok'
    OR EXISTS (SELECT 1 FROM cells c WHERE c.run_id = k.run_id AND c.kernel = k.name AND c.status IN ('failed', 'invalid') AND NOT c.known);
CREATE VIEW kernel_standings AS SELECT k.run_id, k.name AS kernel,
    -- the run went wrong, by this kernel or by nobody's fault
    r.exit_code <> 0 AND (EXISTS (SELECT 1 FROM blamed_kernels b WHERE b.run_id = k.run_id AND b.kernel = k.name)
        OR NOT EXISTS (SELECT 1 FROM blamed_kernels b WHERE b.run_id = k.run_id)) AS failed,
    -- a bad verdict on it; NULL: none
    (SELECT coalesce(v.verdict, j.verdict) FROM judgement_runs x JOIN judgements j ON j.id = x.judgement_id
        LEFT JOIN judgement_kernels v ON v.judgement_id = j.id AND v.kernel = k.name
        WHERE x.run_id = k.run_id AND (v.verdict IS NOT NULL OR j.candidate IN ('', k.name))
            AND coalesce(v.verdict, j.verdict) IN ('regression', 'invalid') LIMIT 1) AS judged
    FROM kernels k JOIN runs r ON r.id = k.run_id;
)sql",
R"sql(
ALTER TABLE runs ADD COLUMN qemu TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN plan_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE kernels ADD COLUMN place INTEGER NOT NULL DEFAULT 0;  -- of the kernel in its run
/* sqlite */ UPDATE runs SET qemu = coalesce(json_extract(description, '$.tool.qemu'), ''), plan_sha256 = coalesce(json_extract(description, '$.plan_sha256'), '');
/* sqlite */ UPDATE kernels SET place = rowid;
)sql",
R"sql(
DROP VIEW kernel_standings;
DROP VIEW blamed_kernels;
ALTER TABLE runs ADD COLUMN cell_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN ok_cell_count INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET cell_count = (SELECT count(*) FROM cells WHERE run_id = runs.id), ok_cell_count = (SELECT count(*) FROM cells WHERE run_id = runs.id AND status = 'ok');
ALTER TABLE cells ADD COLUMN place INTEGER NOT NULL DEFAULT 0;  -- of the cell among those of its kernel in its run
UPDATE cells SET place = p.place FROM (SELECT id, row_number() OVER (PARTITION BY run_id, kernel ORDER BY id) - 1 AS place FROM cells) AS p WHERE p.id = cells.id;
CREATE TABLE numbers (  -- of one metric of all cells of a kernel in a run
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, kernel TEXT NOT NULL, metric TEXT NOT NULL,
    list TEXT NOT NULL,  -- "512 - 40000.5": a number for each cell by its place, '-' where it is missing; none from there on
    PRIMARY KEY (run_id, kernel, metric)
) STRICT;
CREATE INDEX numbers_by_metric ON numbers (metric, run_id, kernel);
CREATE TABLE cell_histograms (  -- of latencies, as in results.json
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, kernel TEXT NOT NULL, place INTEGER NOT NULL, histogram TEXT NOT NULL,
    PRIMARY KEY (run_id, kernel, place)
) STRICT;
INSERT INTO cell_histograms SELECT c.run_id, c.kernel, c.place, h.histogram FROM histograms h JOIN cells c ON c.id = h.cell_id;
DROP TABLE histograms;
ALTER TABLE cell_histograms RENAME TO histograms;
CREATE INDEX cells_to_blame ON cells (run_id, kernel) WHERE status IN ('failed', 'invalid') AND known = 0;
CREATE VIEW blamed_kernels AS SELECT k.run_id, k.name AS kernel FROM kernels k WHERE k.status <> 'ok'
    OR EXISTS (SELECT 1 FROM cells c WHERE c.run_id = k.run_id AND c.kernel = k.name AND c.status IN ('failed', 'invalid') AND c.known = 0);
CREATE VIEW kernel_standings AS SELECT k.run_id, k.name AS kernel,  -- as before
    r.exit_code <> 0 AND (EXISTS (SELECT 1 FROM blamed_kernels b WHERE b.run_id = k.run_id AND b.kernel = k.name)
        OR NOT EXISTS (SELECT 1 FROM blamed_kernels b WHERE b.run_id = k.run_id)) AS failed,
    (SELECT coalesce(v.verdict, j.verdict) FROM judgement_runs x JOIN judgements j ON j.id = x.judgement_id
        LEFT JOIN judgement_kernels v ON v.judgement_id = j.id AND v.kernel = k.name
        WHERE x.run_id = k.run_id AND (v.verdict IS NOT NULL OR j.candidate IN ('', k.name))
            AND coalesce(v.verdict, j.verdict) IN ('regression', 'invalid') LIMIT 1) AS judged
    FROM kernels k JOIN runs r ON r.id = k.run_id;
)sql",
R"sql(
-- Digits are hardly shorter compressed, and a page waits for them.
/* postgresql: ALTER TABLE numbers ALTER COLUMN list SET STORAGE EXTERNAL; */
)sql"};

/// Rows of the table of dimensions that the store has no column for.
std::vector<const Dimension*> without_column(sql::Connection& connection) {
    const auto columns = sql::columns_of(connection, "cells");
    std::vector<const Dimension*> out;
    for (const auto& row : dimension_table())
        if (std::find(columns.begin(), columns.end(), row.name) == columns.end()) out.push_back(&row);
    return out;
}

std::string column_definition(const Dimension& row) {
    if (const auto* number = std::get_if<uint64_t>(&row.place.usual)) return fmt::format("\"{}\" INTEGER NOT NULL DEFAULT {}", row.name, *number);
    return fmt::format("\"{}\" TEXT NOT NULL DEFAULT '{}'", row.name, std::get<std::string>(row.place.usual));
}

void add_dimension_columns(sql::Connection& connection) {
    if (without_column(connection).empty()) return;
    sql::Transaction transaction(connection, "schema");
    for (const auto* row : without_column(connection))  // another program may have done it meanwhile
        connection.run(sql::in_dialect(connection.dialect(), "ALTER TABLE cells ADD COLUMN " + column_definition(*row)));
    transaction.commit();
}

/// One number, as the table of earlier versions had it.
MetricValue old_number(const sql::Cursor& row, int column) { return row.is_whole(column) ? MetricValue(row.number(column)) : MetricValue(row.real(column)); }

/// Earlier versions had a row for each number (table metrics).
void gather_numbers(sql::Connection& connection, const std::string& run) {
    std::map<std::pair<std::string, std::string>, std::vector<std::optional<MetricValue>>> lists;  // by kernel and metric
    auto row = connection.query("SELECT c.kernel, m.name, c.place, m.value FROM cells c JOIN metrics m ON m.cell_id = c.id WHERE c.run_id = ?", sql::values(run));
    while (row->step()) {
        auto& list = lists[{row->text(0), row->text(1)}];
        const auto place = static_cast<size_t>(row->number(2));
        if (list.size() <= place) list.resize(place + 1);
        list[place] = old_number(*row, 3);
    }
    std::vector<sql::Values> rows;
    for (const auto& [key, list] : lists) rows.push_back(sql::values(run, key.first, key.second, number_list(list)));
    connection.insert("numbers", "run_id, kernel, metric, list", rows);
}

void gather_all_numbers(sql::Connection& connection) {
    if (sql::columns_of(connection, "metrics").empty()) return;
    sql::Transaction transaction(connection, "schema");
    if (sql::columns_of(connection, "metrics").empty()) return;  // another program has done it meanwhile
    for (const auto& run : ids_of(connection, stored_runs())) gather_numbers(connection, run);
    connection.run("DROP TABLE metrics");
    transaction.commit();
}

}  // namespace

const sql::Migrations& store_migrations() {
    static constexpr sql::Migrations kStore{"", kMigrations};
    return kStore;
}

size_t store_schema_version() { return kMigrations.size(); }

void migrate_store(sql::Connection& connection, size_t version) {
    sql::migrate(connection, store_migrations(), version);
    if (version < store_schema_version()) return;
    gather_all_numbers(connection);
    add_dimension_columns(connection);
}

std::string dimension_columns() {
    std::string out;
    for (const auto& row : dimension_table()) out += fmt::format(", \"{}\"", row.name);
    return out;
}

Status read_dimensions(const sql::Cursor& query, int first, Dimensions& out) {
    int at = first;
    for (const auto& row : dimension_table()) {
        const int column = at++;
        if (auto s = set_value(out, row, row.is_text() ? DimensionValue(query.text(column)) : DimensionValue(static_cast<uint64_t>(query.number(column)))); !s) return s;
    }
    return {};
}

}  // namespace diobench
