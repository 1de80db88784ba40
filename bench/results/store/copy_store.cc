// SPDX-License-Identifier: GPL-2.0-only
// A store as a whole: what is in it, and all of it into another one.
#include "bench/results/sql/migrate.h"
#include "bench/results/sql/statement.h"
#include "bench/results/store/database.h"
#include "bench/results/store/run_rows.h"
#include "bench/results/store/schema.h"

namespace diobench {

namespace {

using Rows = std::vector<TableRows>;

size_t row_count(const Rows& rows) {
    size_t out = 0;
    for (const auto& table : rows) out += table.rows.size();
    return out;
}

Result<std::vector<std::string>> all_ids(sql::Connection& connection, const StoredKind& kind) {
    return sql::guarded(fmt::format("list the {} of store", kind.name), connection, [&]() -> Result<std::vector<std::string>> { return ids_of(connection, kind); });
}

Result<Rows> read_one(sql::Connection& connection, const StoredKind& kind, const std::string& id) {
    return sql::guarded(fmt::format("read {} in store", id), connection, [&]() -> Result<Rows> {
        const auto snapshot = sql::Transaction::reading(connection);
        return read_rows(connection, kind, id);
    });
}

Status write_one(sql::Connection& connection, const StoredKind& kind, const std::string& id, const Rows& rows) {
    return sql::guarded(fmt::format("copy {} to store", id), connection, [&]() -> Status {
        sql::Transaction transaction(connection, std::string(kind.one) + " " + id);
        replace_rows(connection, kind, id, rows);
        transaction.commit();
        return {};
    });
}

Status copy_one(sql::Connection& from, sql::Connection& to, const StoredKind& kind, const std::string& id, CopiedKind& out) {
    auto rows = read_one(from, kind, id);
    if (!rows) return forward(rows);
    auto before = read_one(to, kind, id);
    if (!before) return forward(before);
    out.rows += row_count(*rows);
    if (content_of(*rows) == content_of(*before)) {
        ++out.same;
        return {};
    }
    if (auto s = write_one(to, kind, id, *rows); !s) return s;
    auto after = read_one(to, kind, id);
    if (!after) return forward(after);
    if (row_count(*after) != row_count(*rows) || content_of(*after) != content_of(*rows))
        return fail("copy", id, fmt::format("it reads otherwise in {} than in {} after it was written", to.address().text(), from.address().text()), ExitCode::invalid);
    ++(before->front().rows.empty() ? out.added : out.replaced);
    return {};
}

int64_t count_of(sql::Connection& connection, const std::string& what) {
    auto query = connection.query("SELECT " + what);
    return query->step() ? query->number(0) : 0;
}

}  // namespace

Result<std::vector<CopiedKind>> ResultStore::copy_to(ResultStore& to, const CopyProgress& told) {
    std::vector<CopiedKind> out;
    for (const auto& kind : stored_kinds()) {
        CopiedKind& copied = out.emplace_back(CopiedKind{std::string(kind.name)});
        auto ids = all_ids(*connection_, kind);
        if (!ids) return forward(ids);
        for (size_t i = 0; i < ids->size(); ++i) {
            told(kind.name, i, ids->size());
            if (auto s = copy_one(*connection_, *to.connection_, kind, (*ids)[i], copied); !s) return forward(s);
        }
    }
    return out;
}

Result<StoreInfo> ResultStore::info() {
    return sql::guarded("look at store", *connection_, [&]() -> Result<StoreInfo> {
        StoreInfo out;
        out.address = connection_->address().text();
        out.engine = connection_->version();
        out.schema_version = sql::version_of(*connection_, store_migrations());
        out.runs = count_of(*connection_, "count(*) FROM runs");
        out.cells = count_of(*connection_, "coalesce(sum(cell_count), 0) FROM runs");
        out.judgements = count_of(*connection_, "count(*) FROM judgements");
        out.pins = count_of(*connection_, "count(*) FROM pins");
        out.size_bytes = connection_->size_bytes();
        auto span = connection_->query("SELECT coalesce(min(started_at), ''), coalesce(max(started_at), '') FROM runs");
        if (span->step()) {
            out.oldest = span->text(0);
            out.newest = span->text(1);
        }
        return out;
    });
}

}  // namespace diobench
