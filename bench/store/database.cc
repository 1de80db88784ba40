// SPDX-License-Identifier: GPL-2.0-only
#include "bench/store/database.h"

#include <SQLiteCpp/VariadicBind.h>
#include <array>
#include <cstdlib>
#include <fmt/format.h>

#include "bench/base/paths.h"

namespace diobench {

namespace {

constexpr int kBusyTimeoutMs = 30000;

/// Step i brings user_version i to i + 1. Steps are never changed once released; new ones are added.
constexpr std::array<const char*, 2> kMigrations = {
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
)sql"};
constexpr int kSchemaVersion = static_cast<int>(kMigrations.size());

tl::unexpected<Error> store_error(std::string_view operation, const fs::path& path, const SQLite::Exception& e) {
    return fail(operation, path.string(), fmt::format("{} (set DIOBENCH_STORE to use another file)", e.what()));
}

/// Each step in a transaction of its own; the version is read inside it, for
/// another program may be migrating the same file.
void migrate(SQLite::Database& database) {
    for (;;) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        int version = database.execAndGet("PRAGMA user_version").getInt();
        if (version >= kSchemaVersion) return;
        database.exec(kMigrations.at(static_cast<size_t>(version)));
        database.exec(fmt::format("PRAGMA user_version = {}", version + 1));
        transaction.commit();
    }
}

template <class... Values>
void insert(SQLite::Statement& statement, const Values&... values) {
    statement.reset();
    statement.clearBindings();
    SQLite::bind(statement, values...);
    statement.exec();
}

void insert_run(SQLite::Database& database, const Results& results) {
    const Run& run = results.run;
    SQLite::Statement statement(database, "INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    std::string description = to_json(results).at("run").dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    insert(statement, run.id, run.started_at, run.elapsed_s, run.suite, run.machine, run.accelerator, run.seed,
           run.clock.kind, static_cast<int>(run.clock.comparable), run.host.cpu, run.host.kernel,
           std::string(status_name(run.status)), run.exit_code, description);
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
            insert(statement, results.run.id, kernel.name, entry.case_name, std::string(status_name(entry.status)),
                   static_cast<int>(entry.known), entry.reason, entry.seconds);
}

class CellWriter {
public:
    explicit CellWriter(SQLite::Database& database)
        : database_(database),
          cells_(database, "INSERT INTO cells (run_id, kernel, workload, cell, boot, backend, layout, device, cache_state, io, "
                           "pattern, block_size_bytes, engine, iodepth, numjobs, declared_io, observed_io, status, reason, known) "
                           "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
          metrics_(database, "INSERT INTO metrics VALUES (?,?,?)"),
          histograms_(database, "INSERT INTO histograms VALUES (?,?)") {}

    void write(const std::string& run_id, const CellResult& cell) {
        const Dimensions& d = cell.dimensions;
        cells_.reset();
        cells_.clearBindings();
        SQLite::bind(cells_, run_id, cell.kernel, cell.workload, cell.cell, cell.boot, d.backend, d.layout, d.device,
                     d.cache_state, d.io, d.pattern, d.block_size_bytes, d.engine, d.iodepth, d.numjobs, cell.declared_io);
        if (cell.observed_io) cells_.bind(17, std::string(status_name(*cell.observed_io)));
        cells_.bind(18, std::string(status_name(cell.status)));
        cells_.bind(19, cell.reason);
        cells_.bind(20, static_cast<int>(cell.known));
        cells_.exec();
        int64_t id = database_.getLastInsertRowid();
        if (cell.metrics)
            for (const auto& [name, value] : *cell.metrics)
                std::visit([&](auto number) { insert(metrics_, id, name, number); }, value);
        if (cell.histogram) insert(histograms_, id, cell.histogram->to_json().dump());
    }

private:
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
        if (version > kSchemaVersion)
            return fail("open store", path.string(),
                        fmt::format("its schema is version {} and this diobench knows version {}: use the newer diobench "
                                    "that wrote it, or set DIOBENCH_STORE to another file",
                                    version, kSchemaVersion));
        database->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
        migrate(*database);
        return ResultStore(std::move(database), path);
    } catch (const SQLite::Exception& e) {
        return store_error("open store", path, e);
    }
}

Status ResultStore::record_run(const Results& results) {
    try {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement replace(*database_, "DELETE FROM runs WHERE id = ?");
        insert(replace, results.run.id);
        insert_run(*database_, results);
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

Result<Verification> ResultStore::last_verification(const std::string& base_version, const std::string& patch_sha256) {
    try {
        // SQLite: with one max(), the other columns are those of the row that has it.
        SQLite::Statement query(*database_,
                                "WITH verified AS (SELECT runs.id, runs.suite, runs.started_at, kernels.name FROM runs "
                                "JOIN kernels ON kernels.run_id = runs.id "
                                "WHERE runs.suite IN ('verify', 'verify-part') AND kernels.base_version = ? AND kernels.patch_sha256 = ?) "
                                "SELECT case_name, status, known, reason, seconds, max(started_at) FROM conformance "
                                "JOIN verified ON verified.id = conformance.run_id AND verified.name = conformance.kernel "
                                "WHERE started_at >= coalesce((SELECT max(started_at) FROM verified WHERE suite = 'verify'), '') "
                                "GROUP BY case_name ORDER BY case_name");
        SQLite::bind(query, base_version, patch_sha256);
        Verification out;
        while (query.executeStep()) {
            const std::string status = query.getColumn(1).getString();
            out.started_at = std::max(out.started_at, query.getColumn(5).getString());
            if (status == status_name(ConformanceStatus::pass)) ++out.passed;
            if (status != status_name(ConformanceStatus::fail)) continue;
            out.failed.push_back({query.getColumn(0).getString(), ConformanceStatus::fail, query.getColumn(2).getInt() != 0,
                                  query.getColumn(3).getString(), query.getColumn(4).getDouble(), ""});
        }
        return out;
    } catch (const SQLite::Exception& e) {
        return store_error("read the last verification from store", path_, e);
    }
}

Result<std::vector<StoredRun>> ResultStore::list_runs() {
    try {
        SQLite::Statement query(*database_,
                                "SELECT id, started_at, suite, machine, clock_kind, seed, status, exit_code, "
                                "(SELECT count(*) FROM cells WHERE run_id = runs.id), "
                                "(SELECT count(*) FROM cells WHERE run_id = runs.id AND status = 'ok') "
                                "FROM runs ORDER BY started_at DESC, id DESC");
        std::vector<StoredRun> out;
        while (query.executeStep()) {
            auto text = [&](int i) { return query.getColumn(i).getString(); };
            auto number = [&](int i) { return query.getColumn(i).getInt64(); };
            out.push_back({text(0), text(1), text(2), text(3), text(4), number(5), text(6), number(7), number(8), number(9)});
        }
        return out;
    } catch (const SQLite::Exception& e) {
        return store_error("list the runs of store", path_, e);
    }
}

}  // namespace diobench
