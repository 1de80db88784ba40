// SPDX-License-Identifier: GPL-2.0-only
// Where results are kept: a file of SQLite, or a database of PostgreSQL.
#pragma once

#include <string>
#include <string_view>

#include "bench/common/base/files.h"

namespace diobench {

class StoreAddress {
public:
    StoreAddress() = default;
    StoreAddress(const fs::path& file) : file_(file) {}  // NOLINT(google-explicit-constructor): a path is one
    /// "postgresql://[user[:password]@][host][:port]/database[?...]" (postgres:// as well), else a path.
    [[nodiscard]] static StoreAddress parse(std::string_view text);

    [[nodiscard]] bool is_postgresql() const { return !url_.empty(); }
    /// Of SQLite.
    [[nodiscard]] const fs::path& file() const { return file_; }
    /// Of PostgreSQL, with its password.
    [[nodiscard]] const std::string& url() const { return url_; }
    /// For people: without the password.
    [[nodiscard]] std::string text() const;

private:
    fs::path file_;
    std::string url_;
};

}  // namespace diobench
