// SPDX-License-Identifier: GPL-2.0-only
// The tables of the store, and how an older file gets them.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace diobench {

/// `PRAGMA user_version` of a file with all tables of this program.
[[nodiscard]] int store_schema_version();
/// Brings the file to store_schema_version() or, for tests, to an earlier `version`, one transaction a step.
/// Throws SQLite::Exception.
void migrate_store(SQLite::Database& database, int version = store_schema_version());

}  // namespace diobench
