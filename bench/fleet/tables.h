// SPDX-License-Identifier: GPL-2.0-only
// The fleet's tables in the store.
#pragma once

#include "bench/results/sql/migrate.h"

namespace diobench {

[[nodiscard]] const sql::Migrations& fleet_migrations();

}  // namespace diobench
