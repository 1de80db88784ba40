// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/git_commits.h"

#include <fmt/format.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/git.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

constexpr const char* kTakeCommits = "take commits";

/// git in a tree of the user's: its own configuration counts, the user's does not.
class Repository {
public:
    explicit Repository(fs::path dir) : dir_(std::move(dir)) {}

    [[nodiscard]] Result<CommandResult> run(const std::vector<std::string>& arguments) const { return run_git_in(dir_, arguments); }

    [[nodiscard]] Result<std::string> commit(const std::string& rev) const {
        auto r = run({"rev-parse", "--verify", "--quiet", "--end-of-options", rev + "^{commit}"});
        if (!r) return forward(r);
        if (r->exit_status != 0)
            return fail(kTakeCommits, fmt::format("{} of {}", rev, dir_.string()), r->output.empty() ? "git does not know this revision" : std::string(trim(r->output)));
        return split(trim(r->output), '\n').back();
    }

    /// The commits of the range, the newest first.
    [[nodiscard]] Result<std::vector<std::string>> list(const std::vector<std::string>& which) const {
        std::vector<std::string> arguments = {"rev-list"};
        arguments.insert(arguments.end(), which.begin(), which.end());
        auto r = run(arguments);
        if (!r) return forward(r);
        if (r->exit_status != 0) return fail(kTakeCommits, dir_.string(), std::string(trim(r->output)));
        const auto text = trim(r->output);
        return text.empty() ? std::vector<std::string>() : split(text, '\n');
    }

private:
    fs::path dir_;
};

/// "A..B" -> the two commits; "B" -> its parent and itself.
Result<std::pair<std::string, std::string>> ends_of(const Repository& repository, const std::string& range) {
    const size_t dots = range.find("..");
    if (range.find("...") != std::string::npos) return fail(kTakeCommits, "--rev " + range, "expected A..B with two dots, or one commit");
    const std::string last_name = dots == std::string::npos ? range : range.substr(dots + 2);
    auto last = repository.commit(last_name.empty() ? "HEAD" : last_name);
    if (!last) return forward(last);
    auto first = repository.commit(dots == std::string::npos ? *last + "^" : range.substr(0, dots));
    if (!first && dots == std::string::npos) return fail(kTakeCommits, "--rev " + range, "it is the first commit of this tree and changes nothing");
    if (!first) return forward(first);
    return std::pair(*first, *last);
}

Result<std::string> version_at(const Repository& repository, const std::string& commit) {
    auto r = repository.run({"show", commit + ":Makefile"});
    if (!r) return forward(r);
    auto version = r->exit_status == 0 ? makefile_version(r->output, commit) : Result<std::string>(std::string());
    return version ? *version : std::string();
}

}  // namespace

Result<GitCommits> read_commits(const fs::path& dir, const std::string& range) {
    std::error_code ec;
    if (!fs::exists(dir / ".git", ec) && !fs::exists(dir / "HEAD", ec))
        return fail(kTakeCommits, dir.string(), "it is no git tree: there is no .git in it");
    const Repository repository(dir);
    auto ends = ends_of(repository, range);
    if (!ends) return forward(ends);
    const std::string exact = ends->first + ".." + ends->second;
    auto merges = repository.list({"--merges", exact});
    if (!merges) return forward(merges);
    if (!merges->empty())
        return fail(kTakeCommits, range, fmt::format("there is a merge among them ({}), and a series is a straight line of patches: rebase it first", merges->front().substr(0, 12)));
    auto commits = repository.list({exact});
    if (!commits) return forward(commits);
    if (commits->empty()) return fail(kTakeCommits, range, "there is no commit between the two");
    auto mbox = repository.run({"-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "format-patch", "--stdout", "--zero-commit", "--no-attach", "--no-thread",
                                "--no-signature", "--no-cover-letter", "--numbered", "--no-signoff", "--no-base", "--no-notes", "--subject-prefix=PATCH", "--no-to", "--no-cc",
                                "--src-prefix=a/", "--dst-prefix=b/", "--no-ext-diff", "--no-textconv", "--binary", exact});
    if (!mbox) return forward(mbox);
    if (mbox->exit_status != 0) return fail(kTakeCommits, range, std::string(trim(last_lines(mbox->output, 2))));
    auto version = version_at(repository, ends->first);
    if (!version) return forward(version);
    GitCommits out{split_mails(mbox->output, range), ends->first, *version};
    if (out.mails.size() != commits->size()) return fail(kTakeCommits, range, "one of them changes no file: leave it out");
    return out;
}

}  // namespace diobench
