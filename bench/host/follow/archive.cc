// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/archive.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/host/follow/git_archive.h"
#include "bench/host/follow/maildir.h"
#include "bench/host/follow/mbox_file.h"

namespace diobench {

namespace {

bool is_repository(const fs::path& path) {
    std::error_code ec;
    return fs::exists(path / ".git", ec) || (fs::is_regular_file(path / "HEAD", ec) && fs::is_directory(path / "objects", ec));
}

/// git/0.git, git/1.git, ..., by number.
std::vector<fs::path> epochs_of(const fs::path& path) {
    std::vector<fs::path> out;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(path / "git", ec))
        if (entry.path().extension() == ".git" && is_repository(entry.path())) out.push_back(entry.path());
    std::sort(out.begin(), out.end(), [](const fs::path& a, const fs::path& b) {
        const std::string x = a.stem().string();
        const std::string y = b.stem().string();
        return x.size() != y.size() ? x.size() < y.size() : x < y;
    });
    return out;
}

}  // namespace

Result<std::vector<MailArchive>> MailArchive::open(const fs::path& path) {
    std::error_code ec;
    const fs::path whole = fs::canonical(path, ec);
    if (ec) return fail("follow", path.string(), "there is no such file or folder");
    if (fs::is_regular_file(whole, ec)) return std::vector{MailArchive(ArchiveKind::mbox, whole)};
    if (is_repository(whole)) return std::vector{MailArchive(ArchiveKind::public_inbox, whole)};
    if (fs::is_directory(whole / "cur", ec) && fs::is_directory(whole / "new", ec)) return std::vector{MailArchive(ArchiveKind::maildir, whole)};
    std::vector<MailArchive> out;
    for (const auto& epoch : epochs_of(whole)) out.push_back(MailArchive(ArchiveKind::public_inbox, epoch));
    if (out.empty()) return fail("follow", path.string(), "it is no archive: expected a git repository of public-inbox, a Maildir (cur/ and new/) or an mbox");
    return out;
}

Status MailArchive::read_new(const Position& position, const Listener& listener) const {
    switch (kind_) {
        case ArchiveKind::public_inbox: return read_git_archive(path_, position, listener);
        case ArchiveKind::maildir: return read_maildir(path_, position, listener);
        case ArchiveKind::mbox: return read_mbox_file(path_, position, listener);
    }
    return {};
}

Result<std::vector<std::string>> MailArchive::fetch(const std::vector<std::string>& places) const {
    switch (kind_) {
        case ArchiveKind::public_inbox: return fetch_from_git_archive(path_, places);
        case ArchiveKind::maildir: return fetch_from_maildir(path_, places);
        case ArchiveKind::mbox: return fetch_from_mbox_file(path_, places);
    }
    return std::vector<std::string>();
}

}  // namespace diobench
