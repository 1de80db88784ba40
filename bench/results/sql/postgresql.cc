// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/sql/engines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <limits>
#include <thread>

#include "bench/common/base/process.h"

namespace diobench::sql {

namespace {

/// Bytes of lines that are handed over in one call.
constexpr size_t kCopiedAtOnce = 1 << 20;
/// Waits before each attempt to connect again: a server that restarts is back in one of them.
constexpr std::array kWaits = {std::chrono::milliseconds(100), std::chrono::milliseconds(300), std::chrono::milliseconds(1000), std::chrono::milliseconds(2000),
                               std::chrono::milliseconds(4000), std::chrono::milliseconds(8000), std::chrono::milliseconds(15000)};

/// Types of columns (pg_type.dat): what in_dialect() makes of INTEGER and REAL.
constexpr Oid kInt8 = 20;
constexpr Oid kFloat8 = 701;

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

/// "connection to server ... failed: FATAL:  ..." without the lines that only say where in the statement.
std::string first_line(std::string text) {
    text = text.substr(0, text.find('\n'));
    return text.empty() ? "no answer" : text;
}

/// What a server says, or does not, while it restarts; all else stays as it is however often it is asked.
bool passes(std::string_view refusal) {
    constexpr std::array<std::string_view, 7> kPassing = {"Connection refused", "starting up", "shutting down", "in recovery mode", "No such file or directory", "closed the connection", "not yet accepting"};
    return std::any_of(kPassing.begin(), kPassing.end(), [&](std::string_view part) { return refusal.find(part) != std::string_view::npos; });
}

/// "a = ? AND b = ?" -> "a = $1 AND b = $2"; text in quotes has none.
std::string numbered(const std::string& sql) {
    std::string out;
    int place = 0;
    bool quoted = false;
    for (const char c : sql) {
        quoted ^= c == '\'';
        if (c == '?' && !quoted) out += fmt::format("${}", ++place);
        else out += c;
    }
    return out;
}

/// As text, as the server reads it; NULL has none. A number that is not whole keeps a point, by which it is known again.
std::optional<std::string> text_of(const Value& value) {
    if (const auto* number = std::get_if<int64_t>(&value)) return fmt::format("{}", *number);
    if (const auto* real = std::get_if<double>(&value)) {
        std::string out = fmt::format("{}", *real);
        return out.find_first_of(".en") == std::string::npos ? out + ".0" : out;
    }
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return std::nullopt;
}

/// One field of a line of COPY: https://www.postgresql.org/docs/current/sql-copy.html, "Text Format".
void add_field(std::string& line, const Value& value) {
    const auto text = text_of(value);
    if (!text) {
        line += "\\N";
        return;
    }
    for (const char c : *text) {
        switch (c) {
        case '\\': line += "\\\\"; break;
        case '\t': line += "\\t"; break;
        case '\n': line += "\\n"; break;
        case '\r': line += "\\r"; break;
        default: line += c;
        }
    }
}

class PostgresqlCursor : public Cursor {
public:
    explicit PostgresqlCursor(Answer rows) : rows_(std::move(rows)), count_(PQntuples(rows_.get())) {}
    bool step() override { return ++at_ < count_; }
    [[nodiscard]] bool is_null(int column) const override { return PQgetisnull(rows_.get(), at_, column) != 0; }
    [[nodiscard]] std::string text(int column) const override {
        return {PQgetvalue(rows_.get(), at_, column), static_cast<size_t>(PQgetlength(rows_.get(), at_, column))};
    }
    [[nodiscard]] int64_t number(int column) const override {
        const std::string_view found = PQgetvalue(rows_.get(), at_, column);
        int64_t out = found == "t" ? 1 : 0;  // a truth value
        std::from_chars(found.data(), found.data() + found.size(), out);
        return out;
    }
    [[nodiscard]] double real(int column) const override {
        const std::string found = text(column);
        if (found.ends_with("Infinity")) return found.front() == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
        double out = found == "NaN" ? std::numeric_limits<double>::quiet_NaN() : 0;
        std::from_chars(found.data(), found.data() + found.size(), out);
        return out;
    }
    [[nodiscard]] bool is_whole(int column) const override { return text(column).find_first_of(".eENI") == std::string::npos; }
    [[nodiscard]] Value value(int column) const override {
        if (is_null(column)) return {};
        switch (PQftype(rows_.get(), column)) {
        case kInt8: return number(column);
        case kFloat8: return real(column);
        default: return text(column);
        }
    }

private:
    Answer rows_;
    int count_ = 0;
    int at_ = -1;
};

class PostgresqlConnection : public Connection {
public:
    explicit PostgresqlConnection(const StoreAddress& address) : address_(address) {
        for (int attempt = 0; !try_connect(); ++attempt)
            if (!passes(refusal_) || !wait(attempt)) throw Failure(refusal_);
    }
    [[nodiscard]] Dialect dialect() const override { return Dialect::postgresql; }
    [[nodiscard]] const StoreAddress& address() const override { return address_; }

    void run(const std::string& statements) override { (void)checked(PQexec(connection_.get(), statements.c_str())); }
    std::unique_ptr<Cursor> query(const std::string& sql, const Values& values) override { return std::make_unique<PostgresqlCursor>(answer_to(sql, values)); }
    int64_t execute(const std::string& sql, const Values& values) override {
        const Answer answer = answer_to(sql, values);
        const std::string_view count = PQcmdTuples(answer.get());
        int64_t out = 0;
        std::from_chars(count.data(), count.data() + count.size(), out);
        return out;
    }
    void insert(const std::string& table, const std::string& columns, const std::vector<Values>& rows) override {
        if (rows.empty()) return;
        (void)checked(PQexec(connection_.get(), fmt::format("COPY {} ({}) FROM STDIN", table, columns).c_str()));
        std::string lines;
        for (const auto& row : rows) {
            for (size_t i = 0; i < row.size(); ++i) {
                if (i > 0) lines += '\t';
                add_field(lines, row[i]);
            }
            lines += '\n';
            if (lines.size() < kCopiedAtOnce) continue;
            put(lines);
            lines.clear();
        }
        put(lines);
        if (PQputCopyEnd(connection_.get(), nullptr) != 1) throw failure(nullptr);
        (void)checked(PQgetResult(connection_.get()));
        while (Answer(PQgetResult(connection_.get()))) {
        }
    }
    std::vector<int64_t> new_ids(const std::string& table, size_t count) override {
        auto ids = query(fmt::format("SELECT nextval(pg_get_serial_sequence('{}', 'id')) FROM generate_series(1, ?::bigint)", table), values(count));
        std::vector<int64_t> out;
        while (ids->step()) out.push_back(ids->number(0));
        return out;
    }
    std::string version() override {
        const int number = PQserverVersion(connection_.get());
        return fmt::format("PostgreSQL {}.{}", number / 10000, number % 10000);
    }
    int64_t size_bytes() override {
        auto found = query("SELECT pg_database_size(current_database())", {});
        return found->step() ? found->number(0) : 0;
    }

    bool reconnect(int attempt) override {
        for (; wait(attempt); ++attempt) {
            if (try_connect()) return true;
            if (!passes(refusal_)) return false;
        }
        return false;
    }

    void begin(const std::string& writes) override {
        run(writes.empty() ? "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" : "BEGIN");
        if (!writes.empty()) (void)query("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", values("diobench " + writes));
    }
    void commit() override { run("COMMIT"); }
    void rollback() noexcept override { Answer(PQexec(connection_.get(), "ROLLBACK")); }  // a connection that is gone has undone it

private:
    bool try_connect() {
        connection_.reset(PQconnectdb(address_.url().c_str()));
        if (PQstatus(connection_.get()) != CONNECTION_OK) {
            refusal_ = first_line(PQerrorMessage(connection_.get()));
            return false;
        }
        (void)PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
        (void)PQsetClientEncoding(connection_.get(), "UTF8");
        return true;
    }
    static bool wait(int attempt) {
        if (attempt >= static_cast<int>(kWaits.size())) return false;
        for (auto left = kWaits.at(static_cast<size_t>(attempt)); left.count() > 0; left -= std::chrono::milliseconds(100)) {
            if (interrupted()) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        return true;
    }
    [[nodiscard]] Failure failure(const PGresult* result) const {
        const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const std::string text = result == nullptr ? "" : PQresultErrorMessage(result);
        // 57P: the server is stopped or starts. 40001, 40P01: undone, since another writer was in the way; it goes well the next time.
        const std::string_view code = state == nullptr ? "" : state;
        const bool lost = PQstatus(connection_.get()) != CONNECTION_OK || code.starts_with("57P") || code == "40001" || code == "40P01";
        return Failure(first_line(text.empty() ? PQerrorMessage(connection_.get()) : text), lost);
    }
    Answer checked(PGresult* result) const {
        Answer out(result);
        switch (PQresultStatus(result)) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_COPY_IN:
        case PGRES_EMPTY_QUERY: return out;
        default: throw failure(result);
        }
    }
    void put(const std::string& lines) {
        if (!lines.empty() && PQputCopyData(connection_.get(), lines.data(), static_cast<int>(lines.size())) != 1) throw failure(nullptr);
    }
    Answer answer_to(const std::string& sql, const Values& values) const {
        std::vector<std::optional<std::string>> texts;
        for (const auto& value : values) texts.push_back(text_of(value));
        std::vector<const char*> pointers;
        for (const auto& text : texts) pointers.push_back(text ? text->c_str() : nullptr);
        return checked(PQexecParams(connection_.get(), numbered(sql).c_str(), static_cast<int>(pointers.size()), nullptr, pointers.data(), nullptr, nullptr, 0));
    }

    StoreAddress address_;
    std::unique_ptr<PGconn, Finish> connection_;
    std::string refusal_;
};

}  // namespace

std::unique_ptr<Connection> connect_postgresql(const StoreAddress& address) { return std::make_unique<PostgresqlConnection>(address); }

}  // namespace diobench::sql
