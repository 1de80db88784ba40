// SPDX-License-Identifier: GPL-2.0-only
// What was seen of the archives: a small SQLite file, so that the next look reads what is new only.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <memory>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/host/follow/archive.h"

namespace diobench {

/// A mail as far as it says where it belongs.
struct SeenMail {
    std::string id;       ///< Message-ID; of one without it, archive and place
    std::string archive;  ///< its path
    std::string place;    ///< there
    std::vector<std::string> references;  ///< ids it answers
    bool reply = false;
    bool of_interest = false;
};

class FollowState {
public:
    /// Made if it is not there.
    [[nodiscard]] static Result<FollowState> open(const fs::path& path);
    [[nodiscard]] Result<MailArchive::Position> position(const std::string& archive);
    /// Keeps mails (one that is known stays as it was) and where reading goes on, all or nothing.
    [[nodiscard]] Status keep(const std::string& archive, const std::vector<SeenMail>& mails, const MailArchive::Position& position);
    /// All mails of these archives, in the order they were seen.
    [[nodiscard]] Result<std::vector<SeenMail>> mails(const std::vector<std::string>& archives);

private:
    FollowState(fs::path path, std::unique_ptr<SQLite::Database> database) : path_(std::move(path)), database_(std::move(database)) {}
    fs::path path_;
    std::unique_ptr<SQLite::Database> database_;
};

}  // namespace diobench
