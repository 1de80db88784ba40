// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/patch_repository.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/git.h"
#include "bench/host/kernel/merge_hunks.h"
#include "bench/host/kernel/misfit.h"

namespace diobench {

namespace {

constexpr const char* kNoDate = "Thu, 1 Jan 1970 00:00:00 +0000";

tl::unexpected<Error> does_not_apply(const Mail& mail, const std::string& why) {
    return fail(kApplyPatch, fmt::format("\"{}\" ({})", mail.name(), mail.origin), why);
}

/// "Name <address>" for git's environment.
std::map<std::string, std::string> identity_of(const Mail& mail, const std::string& date) {
    const size_t open = mail.author.rfind(" <");
    const std::string name = mail.author.substr(0, open);
    const std::string address = mail.author.substr(open + 2, mail.author.size() - open - 3);
    return {{"GIT_AUTHOR_NAME", name},           {"GIT_AUTHOR_EMAIL", address},           {"GIT_AUTHOR_DATE", date},
            {"GIT_COMMITTER_NAME", "diobench"}, {"GIT_COMMITTER_EMAIL", "diobench@localhost"}, {"GIT_COMMITTER_DATE", kNoDate}};
}

/// "Hunk #2 succeeded at 304 (offset 14 lines)." of git apply, counted.
size_t moved_hunks(const std::string& words_of_git) {
    size_t out = 0;
    for (const auto& line : split(words_of_git, '\n'))
        if (line.starts_with("Hunk #") && line.find("(offset ") != std::string::npos) ++out;
    return out;
}

}  // namespace

Result<std::string> PatchRepository::git(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment) const {
    CommandOptions options;
    options.working_directory = tree_.path();
    options.environment = git_environment(tree_.path());
    options.environment.insert(environment.begin(), environment.end());
    auto r = run_command(git_command(arguments), options);
    if (!r) return forward(r);
    if (r->exit_status != 0) return fail("git " + arguments.front(), "", std::string(trim(last_lines(r->output, 3))));
    return std::move(r->output);
}

Result<PatchRepository> PatchRepository::create(const fs::path& pristine, const fs::path& parent, const std::vector<fs::path>& below,
                                                const std::vector<Mail>& mails) {
    auto tree = PatchTree::create(pristine, parent);
    if (!tree) return forward(tree);
    auto scratch = TempDirectory::create(parent, "merge");
    if (!scratch) return forward(scratch);
    for (const auto& mail : mails)
        if (auto s = tree->fetch(mail.diff.text); !s) return forward(s);
    for (const auto& patch : below)
        if (auto s = tree->apply(patch, {}); !s) return forward(s);
    PatchRepository out(pristine, std::move(*tree), std::move(*scratch));
    // No template: no hooks.
    if (auto r = out.git({"init", "--quiet", "--template=", "--initial-branch=series"}); !r) return forward(r);
    // As in a kernel tree: without them a label would stand behind @@ instead of the function.
    if (auto s = make_directories(out.tree_.path() / ".git/info"); !s) return forward(s);
    if (auto s = write_file_atomic(out.tree_.path() / ".git/info/attributes", "*.c diff=cpp\n*.h diff=cpp\n"); !s) return forward(s);
    Mail base;
    base.author = "diobench <diobench@localhost>";
    base.subject.title = "base";
    if (auto s = out.record(base); !s) return forward(s);
    auto head = out.git({"rev-parse", "HEAD"});
    if (!head) return forward(head);
    out.base_ = trim(*head);
    return out;
}

Status PatchRepository::record(const Mail& mail) {
    if (auto r = git({"add", "--all", "--force", "."}); !r) return forward(r);
    const fs::path message = scratch_.path() / "message";
    const std::string text = (mail.subject.title.empty() ? "(no subject)" : mail.subject.title) + "\n\n" + mail.message + "\n";
    if (auto s = write_file_atomic(message, text); !s) return s;
    const std::vector<std::string> arguments = {"commit", "--quiet", "--allow-empty", "--no-verify", "--cleanup=whitespace", "-F", message.string()};
    auto r = git(arguments, identity_of(mail, mail.date.empty() ? kNoDate : mail.date));
    if (!r && r.error().text.find("date") != std::string::npos) r = git(arguments, identity_of(mail, kNoDate));
    if (!r) return forward(r);
    return {};
}

Result<bool> PatchRepository::apply_exactly(const Mail& mail, const fs::path& patch, std::string& words_of_git) const {
    if (auto s = write_file_atomic(patch, mail.diff.text); !s) return forward(s);
    CommandOptions options;
    options.working_directory = tree_.path();
    options.environment = git_environment(tree_.path());
    auto r = run_command(git_command({"apply", "--whitespace=nowarn", "--verbose", patch.string()}), options);
    if (!r) return forward(r);
    words_of_git = std::move(r->output);
    return r->exit_status == 0;
}

Result<std::vector<std::string>> PatchRepository::commit(const Mail& mail, Fit fit) {
    const fs::path patch = scratch_.path() / "patch";
    std::string words_of_git;
    auto applied = apply_exactly(mail, patch, words_of_git);
    if (!applied) return forward(applied);
    std::vector<std::string> words;
    if (!*applied && fit == Fit::exact) {
        std::string why = explain_misfit(tree_.path(), pristine_, mail.diff.text);
        return does_not_apply(mail, why.empty() ? apply_failure(words_of_git, mail.diff.text) : why);
    }
    if (!*applied) {
        auto merged = merge(mail, patch);
        if (!merged) return merged;
        words = std::move(*merged);
    } else if (const size_t moved = moved_hunks(words_of_git); moved > 0) {
        words.push_back(fmt::format("{} hunk{} moved to where {} lines are now", moved, moved == 1 ? "" : "s", moved == 1 ? "its" : "their"));
    }
    auto status = git({"status", "--porcelain", "--untracked-files=all", "--ignored"});
    if (!status) return forward(status);
    if (trim(*status).empty()) return does_not_apply(mail, "nothing of it is left: the source has all of it already; give the others without it");
    if (auto s = record(mail); !s) return forward(s);
    return words;
}

Result<std::vector<std::string>> PatchRepository::merge(const Mail& mail, const fs::path& patch) {
    std::vector<std::string> words;
    for (const auto& diff : mail.diff.files) {
        auto merged = merge_one(mail, diff, patch);
        if (!merged) return merged;
        words.insert(words.end(), merged->begin(), merged->end());
    }
    return words;
}

Result<std::vector<std::string>> PatchRepository::merge_one(const Mail& mail, const FileDiff& diff, const fs::path& patch) {
    std::error_code ec;
    // Only contents can be merged: a file that is made, removed, renamed or changes its mode has to fit as it is.
    const bool plain = !diff.creates() && !diff.deletes() && diff.old_name == diff.new_name && diff.new_mode.empty();
    if (!plain || !fs::is_regular_file(tree_.path() / diff.old_name, ec)) {
        Mail one = mail;
        std::string words_of_git;
        one.diff.text = diff.text;
        auto applied = apply_exactly(one, patch, words_of_git);
        if (!applied) return forward(applied);
        if (*applied) return std::vector<std::string>();
        std::string why = explain_misfit(tree_.path(), pristine_, one.diff.text);
        return does_not_apply(mail, why.empty() ? apply_failure(words_of_git, one.diff.text) : why);
    }
    auto content = read_content(tree_.path() / diff.old_name);
    if (!content) return forward(content);
    auto merged = merge_hunks(diff, (*content)->data, scratch_.path());
    if (!merged) return does_not_apply(mail, merged.error().object + " " + merged.error().text);
    // write_file_atomic() makes a new file: keep its mode.
    const auto mode = fs::status(tree_.path() / diff.old_name, ec).permissions();
    if (auto s = write_file_atomic(tree_.path() / diff.old_name, merged->content); !s) return forward(s);
    fs::permissions(tree_.path() / diff.old_name, mode, ec);
    return std::move(merged->words);
}

Result<std::vector<fs::path>> PatchRepository::write_patches(const fs::path& folder) const {
    auto r = git({"-c", "core.abbrev=12", "format-patch", "--quiet", "--zero-commit", "--no-signature", "--no-attach", "-o", folder.string(), base_ + "..HEAD"});
    if (!r) return forward(r);
    std::vector<fs::path> out;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec)) out.push_back(entry.path());
    if (ec) return fail_errno("list", folder.string(), ec.value());
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace diobench
