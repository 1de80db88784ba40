// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/git_archive.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/host/kernel/git.h"
#include "bench/host/kernel/mbox.h"

namespace diobench {

namespace {

constexpr const char* kReadArchive = "read archive";
/// Mails held at once, before what was read is kept.
constexpr size_t kMailsAtOnce = 200;

/// The commit of a revision; empty: there is none.
Result<std::string> commit_of(const fs::path& path, const std::string& revision) {
    auto r = run_git_in(path, {"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"});
    if (!r) return forward(r);
    return r->exit_status == 0 ? std::string(trim(r->output)) : std::string();
}

struct AddedMail {
    std::string blob;
    std::string commit;
};

/// What the commits of `range` added, oldest first.  "d" is public-inbox's note of a removed mail.
Result<std::vector<AddedMail>> added_mails(const fs::path& path, const std::string& range) {
    auto r = run_git_in(path, {"log", "--reverse", "--no-renames", "--diff-filter=AM", "--raw", "--no-abbrev", "--format=%H", "--end-of-options", range});
    if (!r) return forward(r);
    if (r->exit_status != 0) return fail(kReadArchive, path.string(), std::string(trim(last_lines(r->output, 1))));
    std::vector<AddedMail> out;
    std::string commit;
    for (const auto& line : split(r->output, '\n')) {
        // ":000000 100644 OLD NEW A\tm"
        const auto fields = split(line.substr(0, line.find('\t')), ' ');
        if (!line.empty() && !line.starts_with(":")) commit = line;
        if (fields.size() == 5 && line.starts_with(":") && !line.ends_with("\td")) out.push_back({fields[3], commit});
    }
    return out;
}

/// The mails of these blobs, out of the answer of `git cat-file --batch`: "BLOB blob BYTES\n...\n".
Status give_mails(std::string_view answer, const MailArchive::OnMail& on_mail) {
    while (!answer.empty()) {
        const size_t end = std::min(answer.find('\n'), answer.size());
        const auto fields = split(answer.substr(0, end), ' ');
        answer.remove_prefix(std::min(end + 1, answer.size()));
        size_t bytes = 0;
        if (fields.size() != 3 || fields[1] != "blob") continue;
        std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), bytes);
        if (bytes <= kLargestMailBytes)
            if (auto s = on_mail({fields[0], split_mails(answer.substr(0, bytes), fields[0]).front().text}); !s) return s;
        answer.remove_prefix(std::min(bytes + 1, answer.size()));
    }
    return {};
}

Status give_blobs(const fs::path& path, const std::vector<std::string>& blobs, const MailArchive::OnMail& on_mail) {
    auto r = run_git_in(path, {"cat-file", "--batch"}, join(blobs, "\n") + "\n");
    if (!r) return forward(r);
    if (r->exit_status != 0) return fail(kReadArchive, path.string(), std::string(trim(last_lines(r->output, 1))));
    return give_mails(r->output, on_mail);
}

}  // namespace

Status read_git_archive(const fs::path& path, const MailArchive::Position& position, const MailArchive::Listener& listener) {
    auto head = commit_of(path, "HEAD");
    if (!head) return forward(head);
    if (head->empty() || *head == position) return {};
    // After a mail was purged, commits have other names.
    auto known = position.empty() ? Result<std::string>(std::string()) : commit_of(path, position);
    if (!known) return forward(known);
    if (!position.empty() && known->empty()) listener.on_restart();
    auto added = added_mails(path, known->empty() ? *head : *known + ".." + *head);
    if (!added) return forward(added);
    for (size_t i = 0; i < added->size(); i += kMailsAtOnce) {
        std::vector<std::string> blobs;
        for (size_t j = i; j < std::min(i + kMailsAtOnce, added->size()); ++j) blobs.push_back(added->at(j).blob);
        if (auto s = give_blobs(path, blobs, listener.on_mail); !s) return s;
        // Not between two mails of one commit.
        const size_t next = i + blobs.size();
        if (next < added->size() && added->at(next).commit != added->at(next - 1).commit)
            if (auto s = listener.on_position(added->at(next - 1).commit); !s) return s;
    }
    return listener.on_position(*head);
}

Result<std::vector<std::string>> fetch_from_git_archive(const fs::path& path, const std::vector<std::string>& places) {
    std::vector<std::string> out;
    auto s = give_blobs(path, places, [&](ArchivedMail&& mail) {
        out.push_back(std::move(mail.text));
        return Status{};
    });
    if (!s) return forward(s);
    if (out.size() != places.size()) return fail(kReadArchive, path.string(), "a mail that was there is not there any more");
    return out;
}

}  // namespace diobench
