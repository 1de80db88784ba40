// SPDX-License-Identifier: GPL-2.0-only
// Archives of a mailing list, which grow and are only read.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

enum class ArchiveKind {
    public_inbox,  ///< a git repository with a mail a commit (version 2: one epoch), as lore.kernel.org has them
    maildir,
    mbox,
};

struct ArchivedMail {
    std::string place;  ///< for MailArchive::fetch(): a blob of git, a file's name, "offset+bytes"
    std::string text;   ///< as RawMail::text
};

class MailArchive {
public:
    /// What lies at `path`: one archive, of a public-inbox with epochs (git/0.git, git/1.git...) one each, oldest first.
    [[nodiscard]] static Result<std::vector<MailArchive>> open(const fs::path& path);

    [[nodiscard]] ArchiveKind kind() const { return kind_; }
    [[nodiscard]] const fs::path& path() const { return path_; }

    /// Where reading goes on; empty: from the beginning.  What it says is this class's own.
    using Position = std::string;
    using OnMail = std::function<Status(ArchivedMail&&)>;
    /// Who is told what is in an archive.
    struct Listener {
        OnMail on_mail;
        std::function<Status(const Position&)> on_position;  ///< now and then: where to go on behind the mails so far
        std::function<void()> on_restart;  ///< before any mail: what was read earlier is void, for mails that were there are gone or elsewhere
    };
    /// Tells of each mail behind `position`; of an archive that was rewritten since, of all.  Mails of more than kLargestMailBytes
    /// are left out.
    [[nodiscard]] Status read_new(const Position& position, const Listener& listener) const;
    /// The texts of these mails again, in this order.
    [[nodiscard]] Result<std::vector<std::string>> fetch(const std::vector<std::string>& places) const;

private:
    MailArchive(ArchiveKind kind, fs::path path) : kind_(kind), path_(std::move(path)) {}
    ArchiveKind kind_;
    fs::path path_;
};

}  // namespace diobench
