// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/thread_revisions.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <set>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// Mails by what they answer.
class AnsweredMails {
public:
    explicit AnsweredMails(const std::vector<Mail>& mails) {
        for (const Mail& mail : mails)
            if (!mail.message_id.empty()) by_id_.emplace(mail.message_id, &mail);
    }

    /// The first mail above `mail`, the nearest before others, that is `wanted`; nullptr: none.
    [[nodiscard]] const Mail* above(const Mail& mail, const std::function<bool(const Mail&)>& wanted) const {
        std::vector<const Mail*> left = {&mail};
        std::set<const Mail*> seen = {&mail};
        for (size_t i = 0; i < left.size(); ++i) {
            const auto& ids = left[i]->references;
            for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
                const auto at = by_id_.find(*id);
                if (at == by_id_.end() || !seen.insert(at->second).second) continue;
                if (wanted(*at->second)) return at->second;
                left.push_back(at->second);
            }
        }
        return nullptr;
    }

private:
    std::map<std::string, const Mail*> by_id_;
};

const ThreadPatch* of_number(const ThreadRevision& revision, int number) {
    for (const auto& patch : revision.patches)
        if (patch.number == number) return &patch;
    return nullptr;
}

/// "[PATCH v2] x" in answer to "[PATCH 1/2] x" becomes 1/2 of version 2.
void number_rerolls(ThreadRevisions& revisions, const AnsweredMails& answered) {
    std::vector<ThreadRevisions::key_type> unnumbered;
    for (const auto& [key, revision] : revisions)
        if (revision.total < 0) unnumbered.push_back(key);
    for (const auto& key : unnumbered) {
        auto& from = revisions[key].patches;
        for (size_t i = 0; i < from.size();) {
            const Mail& mail = *from[i].mail;
            const Mail* older = answered.above(mail, [&](const Mail& other) {
                return !other.subject.reply && other.subject.number > 0 && other.subject.version < mail.subject.version && other.subject.title == mail.subject.title;
            });
            auto* to = older == nullptr ? nullptr : &revisions[{key.first, older->subject.total}];
            if (to == nullptr || of_number(*to, older->subject.number) != nullptr) {
                ++i;
                continue;
            }
            to->version = key.first;
            to->total = older->subject.total;
            to->patches.push_back({&mail, older->subject.number, from[i].damage});
            from.erase(from.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (from.empty()) revisions.erase(key);
    }
}

/// Whether a version sends single patches again, and is not one of which mails were lost.
bool answers_older(const ThreadRevision& revision, const AnsweredMails& answered) {
    const auto answers = [&](const Mail& mail, int number) {
        return answered.above(mail, [&](const Mail& other) {
                   return other.subject.number == number && other.subject.total == revision.total && other.subject.version < revision.version;
               }) != nullptr;
    };
    return (revision.cover == nullptr || answers(*revision.cover, 0)) &&
           std::all_of(revision.patches.begin(), revision.patches.end(), [&](const ThreadPatch& patch) { return answers(*patch.mail, patch.number); });
}

void fill(ThreadRevision& revision, const ThreadRevision& older) {
    const auto lent = revision.missing();
    std::vector<int> own;
    for (const auto& patch : revision.patches) own.push_back(patch.number);
    std::sort(own.begin(), own.end());
    revision.words.push_back(fmt::format("v{} has {} only, which takes the place of that in v{}; {} {} of v{}", revision.version.name(), patch_numbers(own, revision.total),
                                         older.version.name(), patch_numbers(lent, revision.total), lent.size() == 1 ? "is" : "are", older.version.name()));
    revision.words.insert(revision.words.end(), older.words.begin(), older.words.end());
    for (int number : lent) revision.patches.push_back(*of_number(older, number));
    if (revision.cover == nullptr) revision.cover = older.cover;
    revision.filled_from = {older.version};
    revision.filled_from.insert(revision.filled_from.end(), older.filled_from.begin(), older.filled_from.end());
}

}  // namespace

std::vector<int> ThreadRevision::missing() const {
    std::set<int> there;
    for (const auto& patch : patches) there.insert(patch.number);
    std::vector<int> out;
    for (int i = 1; i <= total; ++i)
        if (!there.contains(i)) out.push_back(i);
    return out;
}

std::string ThreadRevision::name() const {
    if (total >= 0) return fmt::format("v{} ({} patch{})", version.name(), total, total == 1 ? "" : "es");
    return patches.empty() ? "v" + version.name() : fmt::format("v{} (\"{}\")", version.name(), patches.front().mail->subject.title);
}

std::string patch_numbers(const std::vector<int>& numbers, int total) {
    constexpr size_t kMostNamed = 4;
    std::vector<std::string> out;
    if (numbers.size() <= kMostNamed) {
        for (int number : numbers) out.push_back(fmt::format("{}/{}", number, total));
        return join(out, ", ");
    }
    for (size_t i = 0; i < numbers.size();) {
        size_t last = i;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
        out.push_back(last == i ? fmt::format("{}", numbers[i]) : fmt::format("{} to {}", numbers[i], numbers[last]));
        i = last + 1;
    }
    const std::string end = out.back();
    out.pop_back();
    return (out.empty() ? end : join(out, ", ") + " and " + end) + fmt::format(" of {}", total);
}

void complete_rerolls(ThreadRevisions& revisions, const std::vector<Mail>& mails) {
    const AnsweredMails answered(mails);
    number_rerolls(revisions, answered);
    for (auto at = revisions.begin(); at != revisions.end(); ++at) {
        ThreadRevision& revision = at->second;
        if (revision.total < 0 || revision.patches.empty() || revision.complete()) continue;
        for (auto older = at; older != revisions.begin();) {
            const ThreadRevision& before = (--older)->second;
            const bool follows = before.total == revision.total && before.complete() && before.version < revision.version;
            const bool same = before.version.number == revision.version.number;
            if (!follows || (revision.version.point > 0 && !same)) continue;
            if (revision.version.point > 0 || answers_older(revision, answered)) fill(revision, before);
            break;
        }
    }
}

}  // namespace diobench
