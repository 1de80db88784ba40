// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/commit_range.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/host/kernel/git.h"

namespace diobench {

namespace {

constexpr const char* kList = "list commits";

Result<std::string> commit_of(const fs::path& tree, const std::string& revision) {
    auto r = run_git_in(tree, {"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"});
    if (!r) return forward(r);
    if (r->exit_status != 0)
        return fail(kList, fmt::format("{} of {}", revision, tree.string()), r->output.empty() ? "git does not know this revision" : std::string(trim(r->output)));
    return split(trim(r->output), '\n').back();
}

/// "OLD..NEW" -> the two commits.
Result<std::pair<std::string, std::string>> ends_of(const fs::path& tree, const std::string& range) {
    const size_t dots = range.find("..");
    const bool three = range.find("...") != std::string::npos;
    if (dots == std::string::npos || three || dots == 0 || dots + 2 == range.size()) return fail(kList, "--rev " + range, "expected OLD..NEW, two revisions and two dots");
    auto first = commit_of(tree, range.substr(0, dots));
    if (!first) return forward(first);
    auto last = commit_of(tree, range.substr(dots + 2));
    if (!last) return forward(last);
    return std::pair(*first, *last);
}

Result<std::vector<Commit>> first_parent_line(const fs::path& tree, const std::string& first, const std::string& last) {
    auto r = run_git_in(tree, {"rev-list", "--reverse", "--first-parent", "--no-commit-header", "--format=%H %s", first + ".." + last});
    if (!r) return forward(r);
    if (r->exit_status != 0) return fail(kList, tree.string(), std::string(trim(last_lines(r->output, 2))));
    std::vector<Commit> out;
    for (const auto& line : split(r->output, '\n')) {
        if (line.empty()) continue;
        if (line.find_first_not_of("0123456789abcdef") != 40 || line[40] != ' ') return fail(kList, tree.string(), "git says: " + line);
        out.push_back({line.substr(0, 40), line.substr(41)});
    }
    return out;
}

}  // namespace

Result<CommitRange> list_commits(const fs::path& tree, const std::string& range) {
    std::error_code ec;
    if (!fs::exists(tree / ".git", ec) && !fs::exists(tree / "HEAD", ec)) return fail(kList, tree.string(), "it is no git tree: there is no .git in it");
    auto ends = ends_of(tree, range);
    if (!ends) return forward(ends);
    auto commits = first_parent_line(tree, ends->first, ends->second);
    if (!commits) return forward(commits);
    if (commits->empty()) return fail(kList, "--rev " + range, "there is no commit from the first to the second: the older one stands first");
    auto parent = commit_of(tree, commits->front().hash + "^1");
    if (!parent || *parent != ends->first)
        return fail(kList, "--rev " + range, fmt::format("the first revision is not on the line of first parents of the second, which leaves it below commit {}: give a commit of that line",
                                                         commits->front().hash.substr(0, 12)));
    return CommitRange{ends->first, std::move(*commits)};
}

}  // namespace diobench
