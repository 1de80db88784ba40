// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/follow_state.h"

#include <SQLiteCpp/VariadicBind.h>
#include <algorithm>
#include <set>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr int kStateVersion = 2;
constexpr int kBusyMs = 30000;
constexpr const char* kKeep = "keep state";

tl::unexpected<Error> state_error(const fs::path& path, const SQLite::Exception& e) { return fail(kKeep, path.string(), e.what()); }

/// Runs a prepared statement once more with other values.
template <class... Values>
void insert_row(SQLite::Statement& statement, const Values&... values) {
    statement.reset();
    statement.clearBindings();
    SQLite::bind(statement, values...);
    statement.exec();
}

}  // namespace

Result<FollowState> FollowState::open(const fs::path& path) {
    if (path.has_parent_path())
        if (auto s = make_directories(path.parent_path()); !s) return forward(s);
    try {
        auto database = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMs);
        const int version = database->execAndGet("PRAGMA user_version").getInt();
        if (version > kStateVersion) return fail(kKeep, path.string(), "it was written by a newer diobench");
        database->exec("PRAGMA journal_mode = WAL");
        SQLite::Transaction transaction(*database);
        // Archives are read again, once.
        if (version < kStateVersion) database->exec("DROP TABLE IF EXISTS archives; DROP TABLE IF EXISTS mails");
        database->exec("CREATE TABLE IF NOT EXISTS archives (path TEXT PRIMARY KEY, position TEXT NOT NULL);"
                       "CREATE TABLE IF NOT EXISTS mails (id TEXT NOT NULL, archive TEXT NOT NULL, place TEXT NOT NULL, parents TEXT NOT NULL, reply INTEGER NOT NULL,"
                       " of_interest INTEGER NOT NULL, PRIMARY KEY (archive, id));"
                       "CREATE TABLE IF NOT EXISTS judged (place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, title TEXT NOT NULL, message_id TEXT NOT NULL,"
                       " revises TEXT NOT NULL, stage INTEGER NOT NULL, attempts INTEGER NOT NULL, verdict TEXT NOT NULL, exit_code INTEGER NOT NULL, directory TEXT NOT NULL,"
                       " at TEXT NOT NULL);"
                       "PRAGMA user_version = 2");
        transaction.commit();
        return FollowState(path, std::move(database));
    } catch (const SQLite::Exception& e) {
        return state_error(path, e);
    }
}

Result<MailArchive::Position> FollowState::position(const std::string& archive) {
    try {
        SQLite::Statement query(*database_, "SELECT position FROM archives WHERE path = ?");
        query.bind(1, archive);
        return query.executeStep() ? query.getColumn(0).getString() : MailArchive::Position();
    } catch (const SQLite::Exception& e) {
        return state_error(path_, e);
    }
}

Status FollowState::keep(const std::string& archive, const std::vector<SeenMail>& mails, const MailArchive::Position& position, Earlier earlier) {
    try {
        SQLite::Transaction transaction(*database_);
        if (earlier == Earlier::is_void) {
            SQLite::Statement forget(*database_, "DELETE FROM mails WHERE archive = ?");
            forget.bind(1, archive);
            forget.exec();
        }
        SQLite::Statement insert(*database_, "INSERT OR REPLACE INTO mails VALUES (?,?,?,?,?,?)");
        for (const auto& mail : mails)
            insert_row(insert, mail.id, archive, mail.place, join(mail.references, "\n"), static_cast<int>(mail.reply), static_cast<int>(mail.of_interest));
        SQLite::Statement move(*database_, "INSERT OR REPLACE INTO archives VALUES (?,?)");
        insert_row(move, archive, position);
        transaction.commit();
        return {};
    } catch (const SQLite::Exception& e) {
        return state_error(path_, e);
    }
}

Result<std::vector<SeenMail>> FollowState::mails(const std::vector<std::string>& archives) {
    try {
        std::vector<SeenMail> out;
        std::set<std::string> known;
        SQLite::Statement query(*database_, "SELECT id, archive, place, parents, reply, of_interest FROM mails ORDER BY rowid");
        while (query.executeStep()) {
            SeenMail mail;
            mail.archive = query.getColumn(1).getString();
            if (std::find(archives.begin(), archives.end(), mail.archive) == archives.end()) continue;
            mail.id = query.getColumn(0).getString();
            if (!known.insert(mail.id).second) continue;
            mail.place = query.getColumn(2).getString();
            const std::string parents = query.getColumn(3).getString();
            if (!parents.empty()) mail.references = split(parents, '\n');
            mail.reply = query.getColumn(4).getInt() != 0;
            mail.of_interest = query.getColumn(5).getInt() != 0;
            out.push_back(std::move(mail));
        }
        return out;
    } catch (const SQLite::Exception& e) {
        return state_error(path_, e);
    }
}

Result<std::vector<JudgedSeries>> FollowState::judged() {
    try {
        std::vector<JudgedSeries> out;
        SQLite::Statement query(*database_, "SELECT key, name, title, message_id, revises, stage, attempts, verdict, exit_code, directory, at FROM judged ORDER BY place");
        while (query.executeStep()) {
            const auto text = [&](int column) { return query.getColumn(column).getString(); };
            const auto number = [&](int column) { return query.getColumn(column).getInt(); };
            out.push_back({text(0), text(1), text(2), text(3), text(4), static_cast<FollowStage>(number(5)), number(6), text(7), number(8), text(9), text(10)});
        }
        return out;
    } catch (const SQLite::Exception& e) {
        return state_error(path_, e);
    }
}

Status FollowState::note(const JudgedSeries& series) {
    try {
        SQLite::Statement insert(*database_,
                                 "INSERT INTO judged (key, name, title, message_id, revises, stage, attempts, verdict, exit_code, directory, at) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"
                                 " ON CONFLICT (key) DO UPDATE SET name=?2, title=?3, message_id=?4, revises=?5, stage=?6, attempts=?7, verdict=?8, exit_code=?9, directory=?10, at=?11");
        insert_row(insert, series.key, series.name, series.title, series.message_id, series.revises, static_cast<int>(series.stage), series.attempts, series.verdict, series.exit_code,
                   series.directory, series.at);
        return {};
    } catch (const SQLite::Exception& e) {
        return state_error(path_, e);
    }
}

}  // namespace diobench
