// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/follow_state.h"

#include <algorithm>

#include "bench/common/base/text.h"
#include "bench/results/store/statement.h"

namespace diobench {

namespace {

constexpr int kStateVersion = 1;
constexpr int kBusyMs = 30000;
constexpr const char* kKeep = "keep state";

tl::unexpected<Error> state_error(const fs::path& path, const SQLite::Exception& e) { return fail(kKeep, path.string(), e.what()); }

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
        database->exec("CREATE TABLE IF NOT EXISTS archives (path TEXT PRIMARY KEY, position TEXT NOT NULL);"
                       "CREATE TABLE IF NOT EXISTS mails (id TEXT PRIMARY KEY, archive TEXT NOT NULL, place TEXT NOT NULL, parents TEXT NOT NULL, reply INTEGER NOT NULL,"
                       " of_interest INTEGER NOT NULL);"
                       "PRAGMA user_version = 1");
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

Status FollowState::keep(const std::string& archive, const std::vector<SeenMail>& mails, const MailArchive::Position& position) {
    try {
        SQLite::Transaction transaction(*database_);
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
        SQLite::Statement query(*database_, "SELECT id, archive, place, parents, reply, of_interest FROM mails ORDER BY rowid");
        while (query.executeStep()) {
            SeenMail mail;
            mail.archive = query.getColumn(1).getString();
            if (std::find(archives.begin(), archives.end(), mail.archive) == archives.end()) continue;
            mail.id = query.getColumn(0).getString();
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

}  // namespace diobench
