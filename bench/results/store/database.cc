// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/database.h"

#include <cstdlib>
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/results/store/schema.h"
#include "bench/results/store/statement.h"

namespace diobench {

namespace {

constexpr int kBusyTimeoutMs = 30000;

void insert_run(SQLite::Database& database, const Results& results, const fs::path& directory) {
    const Run& run = results.run;
    SQLite::Statement statement(database, "INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    std::string description = to_json(results).at("run").dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    insert_row(statement, run.id, run.started_at, run.elapsed_s, run.suite, run.machine, run.accelerator, run.seed,
           run.clock.kind, static_cast<int>(run.clock.comparable), run.host.cpu, run.host.kernel,
           std::string(status_name(run.status)), run.exit_code, description,
           directory.empty() ? "" : fs::absolute(directory).lexically_normal().string());
}

void insert_kernels(SQLite::Database& database, const Results& results) {
    SQLite::Statement statement(database, "INSERT INTO kernels VALUES (?,?,?,?,?,?,?,?,?)");
    for (const auto& kernel : results.kernels) {
        statement.reset();
        statement.clearBindings();
        SQLite::bind(statement, results.run.id, kernel.name, kernel.base_version, kernel.patch_sha256,
                     kernel.config_sha256, kernel.image_sha256);
        if (kernel.build_seconds) statement.bind(7, *kernel.build_seconds);
        statement.bind(8, std::string(status_name(kernel.status)));
        statement.bind(9, kernel.reason);
        statement.exec();
    }
}

void insert_conformance(SQLite::Database& database, const Results& results) {
    SQLite::Statement statement(database, "INSERT INTO conformance VALUES (?,?,?,?,?,?,?)");
    for (const auto& kernel : results.kernels)
        for (const auto& entry : kernel.conformance)
            insert_row(statement, results.run.id, kernel.name, entry.case_name, std::string(status_name(entry.status)),
                   static_cast<int>(entry.known), entry.reason, entry.seconds);
}

class CellWriter {
public:
    explicit CellWriter(SQLite::Database& database)
        : database_(database),
          cells_(database, insert_cell()),
          metrics_(database, "INSERT INTO metrics VALUES (?,?,?)"),
          histograms_(database, "INSERT INTO histograms VALUES (?,?)") {}

    void write(const std::string& run_id, const CellResult& cell) {
        cells_.reset();
        cells_.clearBindings();
        SQLite::bind(cells_, run_id, cell.kernel, cell.workload, cell.cell, cell.boot, cell.declared_io);
        if (cell.observed_io) cells_.bind(7, std::string(status_name(*cell.observed_io)));
        cells_.bind(8, std::string(status_name(cell.status)));
        cells_.bind(9, cell.reason);
        cells_.bind(10, static_cast<int>(cell.known));
        int at = 11;
        for (const auto& row : dimension_table()) bind_value(at++, value_of(cell.dimensions, row));
        cells_.exec();
        int64_t id = database_.getLastInsertRowid();
        if (cell.metrics)
            for (const auto& [name, value] : *cell.metrics)
                std::visit([&, &name = name](auto number) { insert_row(metrics_, id, name, number); }, value);
        if (cell.histogram) insert_row(histograms_, id, cell.histogram->to_json().dump());
    }

private:
    static std::string insert_cell() {
        std::string places;
        for (size_t i = 0; i < dimension_table().size(); ++i) places += ",?";
        return fmt::format("INSERT INTO cells (run_id, kernel, workload, cell, boot, declared_io, observed_io, status, reason, known{}) "
                           "VALUES (?,?,?,?,?,?,?,?,?,?{})", dimension_columns(), places);
    }

    void bind_value(int at, const DimensionValue& value) {
        if (const auto* number = std::get_if<uint64_t>(&value)) cells_.bind(at, static_cast<int64_t>(*number));
        else cells_.bind(at, std::get<std::string>(value));
    }

    SQLite::Database& database_;
    SQLite::Statement cells_;
    SQLite::Statement metrics_;
    SQLite::Statement histograms_;
};

}  // namespace

fs::path default_store_path() {
    if (const char* path = std::getenv("DIOBENCH_STORE"); path != nullptr && *path != '\0') return fs::absolute(path);
    return cache_root() / "results.sqlite";
}

Result<ResultStore> ResultStore::open(const fs::path& path) {
    if (auto s = make_directories(path.parent_path()); !s) return forward(s);
    try {
        auto database = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                           kBusyTimeoutMs);
        int version = database->execAndGet("PRAGMA user_version").getInt();
        if (version > store_schema_version())
            return fail("open store", path.string(),
                        fmt::format("its schema is version {} and this diobench knows version {}: use the newer diobench "
                                    "that wrote it, or set DIOBENCH_STORE to another file",
                                    version, store_schema_version()));
        database->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
        migrate_store(*database);
        return ResultStore(std::move(database), path);
    } catch (const SQLite::Exception& e) {
        return store_error("open store", path, e);
    }
}

Status ResultStore::record_run(const Results& results, const fs::path& directory) {
    try {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement replace(*database_, "DELETE FROM runs WHERE id = ?");
        insert_row(replace, results.run.id);
        insert_run(*database_, results, directory);
        insert_kernels(*database_, results);
        insert_conformance(*database_, results);
        CellWriter writer(*database_);
        for (const auto& cell : results.cells) writer.write(results.run.id, cell);
        transaction.commit();
        return {};
    } catch (const SQLite::Exception& e) {
        return store_error(fmt::format("record run {} in store", results.run.id), path_, e);
    }
}

Result<std::optional<ResultStore>> ResultStore::open_existing(const fs::path& path) {
    std::error_code ec;
    if (!fs::exists(path, ec)) return std::optional<ResultStore>();
    auto store = open(path);
    if (!store) return forward(store);
    return std::optional<ResultStore>(std::move(*store));
}

Status ResultStore::remove_runs(const std::vector<std::string>& ids) {
    return guarded("remove runs from store", path_, [&]() -> Status {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement remove(*database_, "DELETE FROM runs WHERE id = ? AND id NOT IN (SELECT run_id FROM pins)");
        for (const auto& id : ids) {
            remove.reset();
            remove.bind(1, id);
            if (remove.exec() == 0) return fail("remove run", id, "it is not in the store, or pinned (diobench history pins); nothing was removed");
        }
        transaction.commit();
        return {};
    });
}

Result<std::map<std::string, fs::path>> ResultStore::directories() {
    return guarded("read places from store", path_, [&]() -> Result<std::map<std::string, fs::path>> {
        // SQLite: with one max(), the other columns are those of the row that has it.
        SQLite::Statement query(*database_, "SELECT id, directory, max(started_at) FROM (SELECT id, directory, started_at FROM runs "
                                            "UNION ALL SELECT id, directory, started_at FROM judgements) WHERE directory <> '' GROUP BY directory");
        std::map<std::string, fs::path> out;
        while (query.executeStep()) out.emplace(query.getColumn(0).getString(), query.getColumn(1).getString());
        return out;
    });
}

Result<int64_t> ResultStore::data_version() {
    return guarded("look at store", path_, [&]() -> Result<int64_t> { return database_->execAndGet("PRAGMA data_version").getInt64(); });
}

}  // namespace diobench
