// SPDX-License-Identifier: GPL-2.0-only
// A database that keeps results, whichever engine it is of: SQLite, embedded, or PostgreSQL.  SQL is written once: with '?' for
// values, in what both engines understand.  What they cannot agree on is behind an interface here.
//
// A room adds tables by migrations of its own (migrate.h).
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/results/sql/address.h"

namespace diobench::sql {

/// What the engine refused. Never leaves the store: guarded() of statement.h makes an error of it.
class Failure : public std::runtime_error {
public:
    explicit Failure(const std::string& what, bool lost = false) : std::runtime_error(what), lost_(lost) {}
    /// The connection is gone, or another writer was in the way: what was not committed has not happened, and may be tried again as a whole.
    [[nodiscard]] bool lost() const { return lost_; }

private:
    bool lost_;
};

using Value = std::variant<std::monostate, int64_t, double, std::string>;  ///< monostate: NULL
using Values = std::vector<Value>;

template <std::same_as<Value> T>
Value value_of(const T& value) {
    return value;
}
inline Value value_of(double number) { return number; }
inline Value value_of(std::string_view text) { return std::string(text); }
template <std::integral Number>
Value value_of(Number number) {
    return static_cast<int64_t>(number);
}
template <class T>
Value value_of(const std::optional<T>& value) {
    return value ? value_of(*value) : Value();
}
/// One for each '?', or for each column of a row.
template <class... T>
Values values(const T&... all) {
    return {value_of(all)...};
}

/// The rows of a query, one after the other. Columns count from 0.
class Cursor {
public:
    virtual ~Cursor() = default;
    /// Before the first row and after each: is there another one?
    [[nodiscard]] virtual bool step() = 0;
    [[nodiscard]] virtual bool is_null(int column) const = 0;
    [[nodiscard]] virtual std::string text(int column) const = 0;
    [[nodiscard]] virtual int64_t number(int column) const = 0;
    [[nodiscard]] virtual double real(int column) const = 0;
    /// As it is kept.
    [[nodiscard]] virtual Value value(int column) const = 0;
    /// Of a column that holds whole numbers and others.
    [[nodiscard]] virtual bool is_whole(int column) const = 0;
    [[nodiscard]] std::optional<double> optional_real(int column) const { return is_null(column) ? std::nullopt : std::optional(real(column)); }
};

/// Which engine it is, for what they cannot agree on.
enum class Dialect { sqlite, postgresql };

/// Not thread-safe. All but the destructor throw Failure.
class Connection {
public:
    virtual ~Connection() = default;
    [[nodiscard]] virtual Dialect dialect() const = 0;
    [[nodiscard]] virtual const StoreAddress& address() const = 0;

    /// Any number of statements without values.
    virtual void run(const std::string& statements) = 0;
    [[nodiscard]] virtual std::unique_ptr<Cursor> query(const std::string& sql, const Values& values = {}) = 0;
    /// How many rows it changed.
    virtual int64_t execute(const std::string& sql, const Values& values = {}) = 0;
    /// Many rows at once, the fastest way that the engine has. `columns`: "a, b, c"; each row has as many values.
    virtual void insert(const std::string& table, const std::string& columns, const std::vector<Values>& rows) = 0;
    /// Numbers that no row of the table has as its `id`, nor will get from another writer. Inside a transaction.
    [[nodiscard]] virtual std::vector<int64_t> new_ids(const std::string& table, size_t count) = 0;
    /// "SQLite 3.40.1", "PostgreSQL 15.20".
    [[nodiscard]] virtual std::string version() = 0;
    /// Bytes that it takes on disk, with what it has not cleaned up.
    [[nodiscard]] virtual int64_t size_bytes() = 0;

    /// Waits, longer each time, and connects again; false: it was tried often enough, or there is nothing to connect to.
    [[nodiscard]] virtual bool reconnect(int attempt) = 0;

    /// Use Transaction. `writes`: nobody else writes what has this name at the same time (SQLite: nothing at all); empty: a snapshot
    /// that only reads.
    virtual void begin(const std::string& writes) = 0;
    virtual void commit() = 0;
    virtual void rollback() noexcept = 0;
};

/// All or nothing: what is not committed is undone.
class Transaction {
public:
    Transaction(Connection& connection, const std::string& writes) : connection_(connection) { connection_.begin(writes); }
    static Transaction reading(Connection& connection) { return {connection, ""}; }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        if (open_) connection_.rollback();
    }
    void commit() {
        connection_.commit();
        open_ = false;
    }

private:
    Connection& connection_;
    bool open_ = true;
};

/// Opens or makes the file, or connects to the server. Throws Failure.
[[nodiscard]] std::unique_ptr<Connection> connect(const StoreAddress& address);

}  // namespace diobench::sql
