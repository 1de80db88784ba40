// SPDX-License-Identifier: GPL-2.0-only
// What the files of the store share: binding values, errors from exceptions.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

[[nodiscard]] inline tl::unexpected<Error> store_error(std::string_view operation, const fs::path& path, const SQLite::Exception& e) {
    return fail(operation, path.string(), fmt::format("{} (set DIOBENCH_STORE to use another file)", e.what()));
}

/// Runs a prepared statement once more with other values.
template <class... Values>
void insert_row(SQLite::Statement& statement, const Values&... values) {
    statement.reset();
    statement.clearBindings();
    SQLite::bind(statement, values...);
    statement.exec();
}

/// A missing number stays NULL.
inline void bind_optional(SQLite::Statement& statement, int index, const std::optional<double>& value) {
    if (value) statement.bind(index, *value);
    else statement.bind(index);
}

[[nodiscard]] inline std::optional<double> optional_number(const SQLite::Column& column) {
    return column.isNull() ? std::nullopt : std::optional<double>(column.getDouble());
}

/// `body` with SQLite's exceptions turned into errors of this operation.
template <class Body>
auto guarded(std::string_view operation, const fs::path& path, Body body) -> decltype(body()) {
    try {
        return body();
    } catch (const SQLite::Exception& e) {
        return store_error(operation, path, e);
    }
}

}  // namespace diobench
