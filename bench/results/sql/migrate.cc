// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/sql/migrate.h"

#include <array>
#include <fmt/format.h>
#include <regex>
#include <utility>

namespace diobench::sql {

namespace {

constexpr const char* kVersions = "CREATE TABLE IF NOT EXISTS schema_versions (room TEXT PRIMARY KEY, version INTEGER NOT NULL)";
constexpr const char* kLock = "schema";

bool in_user_version(const Connection& connection, const Migrations& migrations) { return connection.engine() == Engine::sqlite && migrations.name.empty(); }

void set_version(Connection& connection, const Migrations& migrations, size_t version) {
    if (in_user_version(connection, migrations)) {
        connection.run(fmt::format("PRAGMA user_version = {}", version));
        return;
    }
    connection.execute("DELETE FROM schema_versions WHERE room = ?", values(migrations.name));
    connection.execute("INSERT INTO schema_versions (room, version) VALUES (?, ?)", values(migrations.name, version));
}

/// What a definition says for SQLite, and for PostgreSQL. Order matters.
const std::array kWords = {
    std::pair{std::regex(R"(/\* sqlite \*/[^\n]*)"), ""},
    std::pair{std::regex(R"(\) STRICT, WITHOUT ROWID;)"), ");"},
    std::pair{std::regex(R"(\) STRICT;)"), ");"},
    std::pair{std::regex(R"(\bINTEGER\b)"), "BIGINT"},
    std::pair{std::regex(R"(\bREAL\b)"), "DOUBLE PRECISION"},
    std::pair{std::regex(R"(\bANY NOT NULL\b)"), "NUMERIC NOT NULL"},
    std::pair{std::regex(R"(\bTEXT\b)"), "TEXT COLLATE \"C\""},
    // A truth value is a number there.
    std::pair{std::regex(R"(NOT c\.known)"), "c.known = 0"},
};

}  // namespace

std::string in_dialect(Engine engine, std::string definition) {
    if (engine == Engine::postgresql)
        for (const auto& [ours, theirs] : kWords) definition = std::regex_replace(definition, ours, theirs);
    return definition;
}

std::vector<std::string> columns_of(Connection& connection, const std::string& table) {
    const bool is_sqlite = connection.engine() == Engine::sqlite;
    auto query = connection.query(is_sqlite ? "SELECT name FROM pragma_table_info(?) ORDER BY cid"
                                            : "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position",
                                  values(table));
    std::vector<std::string> out;
    while (query->step()) out.push_back(query->text(0));
    return out;
}

size_t version_of(Connection& connection, const Migrations& migrations) {
    if (in_user_version(connection, migrations)) {
        auto query = connection.query("PRAGMA user_version");
        return query->step() ? static_cast<size_t>(query->number(0)) : 0;
    }
    if (columns_of(connection, "schema_versions").empty()) return 0;
    auto query = connection.query("SELECT version FROM schema_versions WHERE room = ?", values(migrations.name));
    return query->step() ? static_cast<size_t>(query->number(0)) : 0;
}

void migrate(Connection& connection, const Migrations& migrations, size_t version) {
    while (version_of(connection, migrations) < version) {
        // The version is read again inside the transaction: another program may be doing the same.
        Transaction transaction(connection, kLock);
        if (!in_user_version(connection, migrations)) connection.run(in_dialect(connection.engine(), kVersions));
        const size_t now = version_of(connection, migrations);
        if (now < version) {
            connection.run(in_dialect(connection.engine(), migrations.steps[now]));
            set_version(connection, migrations, now + 1);
        }
        transaction.commit();
    }
}

}  // namespace diobench::sql
