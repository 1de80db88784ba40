// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/sql/connection.h"

#include "bench/results/sql/engines.h"

namespace diobench::sql {

std::unique_ptr<Connection> connect(const StoreAddress& address) { return address.is_postgresql() ? connect_postgresql(address) : connect_sqlite(address); }

}  // namespace diobench::sql
