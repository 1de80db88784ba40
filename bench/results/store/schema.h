// SPDX-License-Identifier: GPL-2.0-only
// The tables of the store, and how an older file gets them.
#pragma once

#include <string>

#include "bench/common/plan/dimensions.h"
#include "bench/results/sql/migrate.h"

namespace diobench {

[[nodiscard]] const sql::Migrations& store_migrations();
/// The version of a store with all tables of this program.
[[nodiscard]] size_t store_schema_version();
/// Brings the store to store_schema_version() or, for tests, to an earlier `version`, one transaction a step.
/// At the last version, a row of dimension_table() that has no column gets one, where older cells are as usual.
/// Throws sql::Failure.
void migrate_store(sql::Connection& connection, size_t version = store_schema_version());

/// , "backend", "layout", ...: the columns of dimension_table(), in its order.
[[nodiscard]] std::string dimension_columns();
/// The same out of a row whose column `first` is the first of them. A value that the table refuses is an error.
[[nodiscard]] Status read_dimensions(const sql::Cursor& query, int first, Dimensions& out);

}  // namespace diobench
