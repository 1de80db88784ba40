// SPDX-License-Identifier: GPL-2.0-only
// How each engine is opened; connect() of connection.h takes the one that an address names.
#pragma once

#include "bench/results/sql/connection.h"

namespace diobench::sql {

[[nodiscard]] std::unique_ptr<Connection> connect_sqlite(const StoreAddress& address);
[[nodiscard]] std::unique_ptr<Connection> connect_postgresql(const StoreAddress& address);

}  // namespace diobench::sql
