// SPDX-License-Identifier: GPL-2.0-only
// What the store keeps of one run, gate, night or pin, as rows of its tables, whichever engine they are in.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bench/results/sql/connection.h"
#include "bench/results/store/results.h"

namespace diobench {

struct TableRows {
    std::string table;
    std::string columns;  ///< "a, b, c"
    std::vector<sql::Values> rows;
};

/// A table, and its column that says whose a row is.
struct KeyedTable {
    std::string_view name;
    std::string_view key;
};

/// Things that the store keeps whole: tables of them, the first the one with a row for each.
struct StoredKind {
    std::string_view name;  ///< for people, of several
    std::string_view one;   ///< of one; with its id the name of what its writer locks
    std::span<const KeyedTable> tables;
};
/// All that results are; in this order.
[[nodiscard]] std::span<const StoredKind> stored_kinds();
[[nodiscard]] const StoredKind& stored_runs();

[[nodiscard]] std::vector<TableRows> rows_of(const Results& results, const fs::path& directory);
/// Of one thing; tables without rows are there as well. Throws sql::Failure, as the others do.
[[nodiscard]] std::vector<TableRows> read_rows(sql::Connection& connection, const StoredKind& kind, const std::string& id);
/// In place of those that are there. Inside a transaction.
void replace_rows(sql::Connection& connection, const StoredKind& kind, const std::string& id, const std::vector<TableRows>& rows);
[[nodiscard]] std::vector<std::string> ids_of(sql::Connection& connection, const StoredKind& kind);

/// SHA-256 of all rows, whatever their order and that of columns. Where the files are does not belong to it.
[[nodiscard]] std::string content_of(const std::vector<TableRows>& rows);

}  // namespace diobench
