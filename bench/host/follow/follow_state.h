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

/// How far one version of a series has come.
enum class FollowStage {
    begun,        ///< it is judged, or was when the program ended
    answered,     ///< its reply is written
    told,         ///< and whoever is to get it has it
    passed_over,  ///< it was there before anything was judged, and is not judged
};

/// A version of a series that somebody looked after.
struct JudgedSeries {
    std::string key;         ///< ListedSeries::key
    std::string name;        ///< of its series here
    std::string title;
    std::string message_id;  ///< of the mail that is answered
    std::string revises;     ///< name of the version before; empty: none
    FollowStage stage = FollowStage::begun;
    int attempts = 0;        ///< of judging it
    std::string verdict;     ///< "pass", "wrong", "does not apply"...
    int exit_code = 0;
    std::string directory;
    std::string at;          ///< when it was answered
};

/// Of an archive, the mails that were kept before.
enum class Earlier { stays, is_void };

class FollowState {
public:
    /// Made if it is not there.
    [[nodiscard]] static Result<FollowState> open(const fs::path& path);
    [[nodiscard]] Result<MailArchive::Position> position(const std::string& archive);
    /// Keeps mails and where reading goes on, all or nothing.
    [[nodiscard]] Status keep(const std::string& archive, const std::vector<SeenMail>& mails, const MailArchive::Position& position, Earlier earlier = Earlier::stays);
    /// All mails of these archives, in the order they were seen; one that several have counts once.
    [[nodiscard]] Result<std::vector<SeenMail>> mails(const std::vector<std::string>& archives);
    /// Everything that was judged, or begun, in the order it was.
    [[nodiscard]] Result<std::vector<JudgedSeries>> judged();
    /// Keeps this in place of what there is of its key.
    [[nodiscard]] Status note(const JudgedSeries& series);

private:
    FollowState(fs::path path, std::unique_ptr<SQLite::Database> database) : path_(std::move(path)), database_(std::move(database)) {}
    fs::path path_;
    std::unique_ptr<SQLite::Database> database_;
};

}  // namespace diobench
