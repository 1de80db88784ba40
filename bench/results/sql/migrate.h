// SPDX-License-Identifier: GPL-2.0-only
// Tables that are brought from any earlier shape to this program's.
#pragma once

#include <span>
#include <string>

#include "bench/results/sql/connection.h"

namespace diobench::sql {

/// Steps of one room's tables; step i brings version i to i + 1. Steps are never changed once released; new ones are added. They are
/// written for SQLite (STRICT tables); in_dialect() says what becomes of them elsewhere.
struct Migrations {
    std::string_view name;  ///< of the room; empty: that of the store, whose version SQLite keeps in user_version
    std::span<const char* const> steps;
};

/// Brings the tables up to `version` (all steps: steps.size()); several programs may do it at once. A newer version is left as it is.
void migrate(Connection& connection, const Migrations& migrations, size_t version);
/// The version that the tables are of; 0: there are none.
[[nodiscard]] size_t version_of(Connection& connection, const Migrations& migrations);

/// The same definition for this engine: types, order of text by bytes, no row ids.
[[nodiscard]] std::string in_dialect(Dialect dialect, std::string definition);
/// Names of a table's columns.
[[nodiscard]] std::vector<std::string> columns_of(Connection& connection, const std::string& table);

}  // namespace diobench::sql
