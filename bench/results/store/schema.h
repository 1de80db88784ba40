// SPDX-License-Identifier: GPL-2.0-only
// The tables of the store, and how an older file gets them.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <string>

#include "bench/common/plan/dimensions.h"

namespace diobench {

/// `PRAGMA user_version` of a file with all tables of this program.
[[nodiscard]] int store_schema_version();
/// Brings the file to store_schema_version() or, for tests, to an earlier `version`, one transaction a step.
/// At the last version, a row of dimension_table() that has no column gets one, where older cells are as usual.
/// Throws SQLite::Exception.
void migrate_store(SQLite::Database& database, int version = store_schema_version());

/// ", backend, layout, ...": the columns of dimension_table(), in its order.
[[nodiscard]] std::string dimension_columns();
/// The same out of a row whose column `first` is the first of them. A value that the table refuses is an error.
[[nodiscard]] Status read_dimensions(const SQLite::Statement& query, int first, Dimensions& out);

}  // namespace diobench
