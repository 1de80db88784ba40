// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/sql/engines.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

namespace diobench::sql {

namespace {

constexpr int kBusyTimeoutMs = 30000;

template <class Body>
auto as_failure(Body body) -> decltype(body()) {
    try {
        return body();
    } catch (const SQLite::Exception& e) {
        throw Failure(e.what());
    }
}

void bind_all(SQLite::Statement& statement, const Values& values) {
    for (size_t i = 0; i < values.size(); ++i) {
        const int place = static_cast<int>(i) + 1;
        if (const auto* number = std::get_if<int64_t>(&values[i])) statement.bind(place, *number);
        else if (const auto* real = std::get_if<double>(&values[i])) statement.bind(place, *real);
        else if (const auto* text = std::get_if<std::string>(&values[i])) statement.bind(place, *text);
        else statement.bind(place);
    }
}

class SqliteCursor : public Cursor {
public:
    SqliteCursor(SQLite::Database& database, const std::string& sql, const Values& values) : statement_(database, sql) { bind_all(statement_, values); }
    bool step() override {
        return as_failure([&] { return statement_.executeStep(); });
    }
    [[nodiscard]] bool is_null(int column) const override { return at(column).isNull(); }
    [[nodiscard]] std::string text(int column) const override { return at(column).getString(); }
    [[nodiscard]] int64_t number(int column) const override { return at(column).getInt64(); }
    [[nodiscard]] double real(int column) const override { return at(column).getDouble(); }
    [[nodiscard]] bool is_whole(int column) const override { return at(column).isInteger(); }
    [[nodiscard]] Value value(int column) const override {
        const auto found = at(column);
        if (found.isNull()) return {};
        if (found.isInteger()) return found.getInt64();
        if (found.isFloat()) return found.getDouble();
        return found.getString();
    }

private:
    [[nodiscard]] SQLite::Column at(int column) const { return const_cast<SQLite::Statement&>(statement_).getColumn(column); }
    SQLite::Statement statement_;
};

class SqliteConnection : public Connection {
public:
    explicit SqliteConnection(const StoreAddress& address)
        : address_(address), database_(address.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeoutMs) {
        database_.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
    }
    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
    [[nodiscard]] const StoreAddress& address() const override { return address_; }

    void run(const std::string& statements) override {
        as_failure([&] { database_.exec(statements); });
    }
    std::unique_ptr<Cursor> query(const std::string& sql, const Values& values) override {
        return as_failure([&] { return std::make_unique<SqliteCursor>(database_, sql, values); });
    }
    int64_t execute(const std::string& sql, const Values& values) override {
        return as_failure([&] {
            SQLite::Statement statement(database_, sql);
            bind_all(statement, values);
            return static_cast<int64_t>(statement.exec());
        });
    }
    void insert(const std::string& table, const std::string& columns, const std::vector<Values>& rows) override {
        if (rows.empty()) return;
        as_failure([&] {
            std::string places = "?";
            for (size_t i = 1; i < rows.front().size(); ++i) places += ",?";
            SQLite::Statement statement(database_, fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, places));
            for (const auto& row : rows) {
                statement.reset();
                bind_all(statement, row);
                statement.exec();
            }
        });
    }
    std::vector<int64_t> new_ids(const std::string& table, size_t count) override {
        return as_failure([&] {
            int64_t last = database_.execAndGet(fmt::format("SELECT coalesce(max(id), 0) FROM {}", table)).getInt64();
            std::vector<int64_t> out(count);
            for (auto& id : out) id = ++last;
            return out;
        });
    }
    std::string version() override { return fmt::format("SQLite {}", SQLite::getLibVersion()); }
    int64_t size_bytes() override { return number_of("PRAGMA page_count") * number_of("PRAGMA page_size"); }
    bool reconnect(int) override { return false; }

    void begin(const std::string& writes) override { run(writes.empty() ? "BEGIN" : "BEGIN IMMEDIATE"); }
    void commit() override { run("COMMIT"); }
    void rollback() noexcept override { (void)database_.tryExec("ROLLBACK"); }

private:
    int64_t number_of(const char* sql) {
        return as_failure([&] { return database_.execAndGet(sql).getInt64(); });
    }

    StoreAddress address_;
    SQLite::Database database_;
};

}  // namespace

std::unique_ptr<Connection> connect_sqlite(const StoreAddress& address) {
    return as_failure([&] { return std::make_unique<SqliteConnection>(address); });
}

}  // namespace diobench::sql
