// SPDX-License-Identifier: GPL-2.0-only
// Errors of a database as results.
#pragma once

#include <fmt/format.h>

#include "bench/results/sql/connection.h"

namespace diobench::sql {

[[nodiscard]] inline tl::unexpected<Error> failed(std::string_view operation, const StoreAddress& address, const Failure& failure) {
    return fail(operation, address.text(), fmt::format("{} ({})", failure.what(), address.is_postgresql() ? "nothing of it was kept; is the server there?" : "--store or DIOBENCH_STORE names another one"));
}

/// `body`, which is one transaction or reads only, with the engine's failures as errors of this operation. If the connection is
/// lost in it, it is tried again on a new one, as a whole.
template <class Body>
auto guarded(std::string_view operation, Connection& connection, Body body) -> decltype(body()) {
    for (int attempt = 0;; ++attempt) {
        try {
            return body();
        } catch (const Failure& failure) {
            if (!failure.lost() || !connection.reconnect(attempt)) return failed(operation, connection.address(), failure);
        }
    }
}

}  // namespace diobench::sql
