// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/database.h"

#include <cstdlib>
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/results/store/run_rows.h"
#include "bench/results/store/schema.h"
#include "bench/results/sql/statement.h"

namespace diobench {

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
    std::unique_ptr<sql::Connection> connection;
    try {
        connection = sql::connect(address);
    } catch (const sql::Failure& e) {
        return sql::failed("open store", address, e);
    }
    auto ready = sql::guarded("open store", *connection, [&]() -> Status {
        const size_t version = sql::version_of(*connection, store_migrations());
        if (version > store_schema_version())
            return fail("open store", address.text(),
                        fmt::format("its schema is version {} and this diobench knows version {}: use the newer diobench "
                                    "that wrote it, or name another store (--store, DIOBENCH_STORE)",
                                    version, store_schema_version()));
        migrate_store(*connection);
        return {};
    });
    if (!ready) return forward(ready);
    return ResultStore(std::move(connection));
}

Status ResultStore::record_run(const Results& results, const fs::path& directory) {
    const std::string& id = results.run.id;
    const auto rows = rows_of(results, directory);
    return sql::guarded(fmt::format("record run {} in store", id), *connection_, [&]() -> Status {
        sql::Transaction transaction(*connection_, "run " + id);
        const auto kept = read_rows(*connection_, stored_runs(), id);
        if (!kept.front().rows.empty() && content_of(kept) == content_of(rows)) {
            if (!directory.empty()) connection_->execute("UPDATE runs SET directory = ? WHERE id = ?", sql::values(fs::absolute(directory).lexically_normal().string(), id));
        } else {
            replace_rows(*connection_, stored_runs(), id, rows);
        }
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
