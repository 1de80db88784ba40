// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/database.h"

#include <cstdlib>
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/results/store/schema.h"
#include "bench/results/sql/statement.h"

namespace diobench {

namespace {

void insert_run(sql::Connection& database, const Results& results, const fs::path& directory) {
    const Run& run = results.run;
    auto tool = [&](const char* name) {
        const auto found = run.tool.find(name);
        return found == run.tool.end() ? std::string() : found->second;
    };
    const std::string description = to_json(results).at("run").dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    database.insert("runs", "id, started_at, elapsed_s, suite, machine, accelerator, seed, clock_kind, clock_comparable, host_cpu, host_kernel, status, exit_code, description, directory, qemu, plan_sha256",
                    {sql::values(run.id, run.started_at, run.elapsed_s, run.suite, run.machine, run.accelerator, run.seed, run.clock.kind, static_cast<int>(run.clock.comparable), run.host.cpu,
                                 run.host.kernel, status_name(run.status), run.exit_code, description, directory.empty() ? "" : fs::absolute(directory).lexically_normal().string(), tool("qemu"),
                                 run.plan_sha256)});
}

void insert_kernels(sql::Connection& database, const Results& results) {
    std::vector<sql::Values> rows;
    for (const auto& kernel : results.kernels)
        rows.push_back(sql::values(results.run.id, kernel.name, kernel.base_version, kernel.patch_sha256, kernel.config_sha256, kernel.image_sha256, kernel.build_seconds,
                                   status_name(kernel.status), kernel.reason, rows.size()));
    database.insert("kernels", "run_id, name, base_version, patch_sha256, config_sha256, image_sha256, build_seconds, status, reason, place", rows);
}

void insert_conformance(sql::Connection& database, const Results& results) {
    std::vector<sql::Values> rows;
    for (const auto& kernel : results.kernels)
        for (const auto& entry : kernel.conformance)
            rows.push_back(sql::values(results.run.id, kernel.name, entry.case_name, status_name(entry.status), static_cast<int>(entry.known), entry.reason, entry.seconds));
    database.insert("conformance", "run_id, kernel, case_name, status, known, reason, seconds", rows);
}

sql::Values cell_row(int64_t id, const std::string& run_id, const CellResult& cell) {
    const auto observed = cell.observed_io ? std::optional<std::string_view>(status_name(*cell.observed_io)) : std::nullopt;
    sql::Values out = sql::values(id, run_id, cell.kernel, cell.workload, cell.cell, cell.boot, cell.declared_io, observed, status_name(cell.status), cell.reason, static_cast<int>(cell.known));
    for (const auto& row : dimension_table()) out.push_back(std::visit([](const auto& value) { return sql::value_of(value); }, value_of(cell.dimensions, row)));
    return out;
}

void insert_cells(sql::Connection& database, const Results& results) {
    const auto ids = database.new_ids("cells", results.cells.size());
    std::vector<sql::Values> cells, metrics, histograms;
    for (size_t i = 0; i < ids.size(); ++i) {
        const CellResult& cell = results.cells[i];
        cells.push_back(cell_row(ids[i], results.run.id, cell));
        if (cell.metrics)
            for (const auto& [name, value] : *cell.metrics)
                metrics.push_back(sql::values(ids[i], name, std::visit([](auto number) { return sql::value_of(number); }, value)));
        if (cell.histogram) histograms.push_back(sql::values(ids[i], cell.histogram->to_json().dump()));
    }
    database.insert("cells", "id, run_id, kernel, workload, cell, boot, declared_io, observed_io, status, reason, known" + dimension_columns(), cells);
    database.insert("metrics", "cell_id, name, value", metrics);
    database.insert("histograms", "cell_id, histogram", histograms);
}

}  // namespace

StoreAddress default_store() {
    if (const char* named = std::getenv(kStoreVariable); named != nullptr && *named != '\0') return StoreAddress::parse(named);
    return cache_root() / "results.sqlite";
}

fs::path default_store_folder() {
    const StoreAddress address = default_store();
    return address.is_postgresql() ? cache_root() : address.file().parent_path();
}

Result<ResultStore> ResultStore::open(const StoreAddress& address) {
    if (!address.is_postgresql())
        if (auto s = make_directories(address.file().parent_path()); !s) return forward(s);
    try {
        auto connection = sql::connect(address);
        const size_t version = sql::version_of(*connection, store_migrations());
        if (version > store_schema_version())
            return fail("open store", address.text(),
                        fmt::format("its schema is version {} and this diobench knows version {}: use the newer diobench "
                                    "that wrote it, or name another store (--store, DIOBENCH_STORE)",
                                    version, store_schema_version()));
        migrate_store(*connection);
        return ResultStore(std::move(connection));
    } catch (const sql::Failure& e) {
        return sql::failed("open store", address, e);
    }
}

Status ResultStore::record_run(const Results& results, const fs::path& directory) {
    return sql::guarded(fmt::format("record run {} in store", results.run.id), *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, "run " + results.run.id);
        connection_->execute("DELETE FROM runs WHERE id = ?", sql::values(results.run.id));
        insert_run(*connection_, results, directory);
        insert_kernels(*connection_, results);
        insert_conformance(*connection_, results);
        insert_cells(*connection_, results);
        transaction.commit();
        return {};
    });
}

Result<std::optional<ResultStore>> ResultStore::open_existing(const StoreAddress& address) {
    std::error_code ec;
    if (!address.is_postgresql() && !fs::exists(address.file(), ec)) return std::optional<ResultStore>();
    auto store = open(address);
    if (!store) return forward(store);
    return std::optional<ResultStore>(std::move(*store));
}

Status ResultStore::remove_runs(const std::vector<std::string>& ids) {
    return sql::guarded("remove runs from store", *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, "pins");
        for (const auto& id : ids)
            if (connection_->execute("DELETE FROM runs WHERE id = ? AND id NOT IN (SELECT run_id FROM pins)", sql::values(id)) == 0)
                return fail("remove run", id, "it is not in the store, or pinned (diobench history pins); nothing was removed");
        transaction.commit();
        return {};
    });
}

Result<std::map<std::string, fs::path>> ResultStore::directories() {
    return sql::guarded("read places from store", *connection_, [&]() -> Result<std::map<std::string, fs::path>> {
        auto query = connection_->query("SELECT id, directory FROM (SELECT id, directory, row_number() OVER (PARTITION BY directory ORDER BY started_at DESC, id DESC) AS place FROM ("
                                        "SELECT id, directory, started_at FROM runs UNION ALL SELECT id, directory, started_at FROM judgements) every "
                                        "WHERE directory <> '') newest WHERE place = 1");
        std::map<std::string, fs::path> out;
        while (query->step()) out.emplace(query->text(0), query->text(1));
        return out;
    });
}

}  // namespace diobench
