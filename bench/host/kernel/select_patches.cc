// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/select_patches.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <set>

#include "bench/common/base/text.h"
#include "bench/host/kernel/thread_revisions.h"

namespace diobench {

namespace {

constexpr const char* kTake = "take patches";

/// Seconds since 1970 of an RFC 5322 date; 0 if it cannot be read.
int64_t time_of(const std::string& date) {
    std::tm tm{};
    const char* text = date.c_str();
    const char* rest = ::strptime(text, "%a, %d %b %Y %H:%M:%S %z", &tm);
    if (rest == nullptr) {
        tm = {};
        rest = ::strptime(text, "%d %b %Y %H:%M:%S %z", &tm);
    }
    if (rest == nullptr) return 0;
    const long offset_s = tm.tm_gmtoff;
    return ::timegm(&tm) - offset_s;
}

std::string counted(size_t count, const char* one, const char* many) { return fmt::format("{} {}", count, count == 1 ? one : many); }

/// "\"[PATCH] x\" (t.mbox, mail 3)"
std::string mail_words(const Mail& mail) { return fmt::format("\"{}\" ({})", mail.name(), mail.origin); }

class Selection {
public:
    explicit Selection(const std::vector<Mail>& mails) : mails_(mails) {}

    Status gather() {
        for (const auto& mail : mails_)
            if (auto s = sort_in(mail); !s) return s;
        complete_rerolls(revisions_, mails_);
        if (replies_ > 0) notes_.push_back("passed over " + counted(replies_, "reply", "replies"));
        if (copies_ > 0) notes_.push_back(fmt::format("passed over {} of the same mail", counted(copies_, "copy", "copies")));
        for (const Mail* mail : replies_with_patch_)
            notes_.push_back(fmt::format("the reply {} has a patch of its own in it; give that mail alone{} to take it", mail_words(*mail), mail->scissors ? "" : " without \"Re:\""));
        for (const Mail* mail : unreadable_) notes_.push_back(fmt::format("passed over {}: {}", mail_words(*mail), damage_text(*mail)));
        return {};
    }

    Result<SelectedPatches> choose(const std::optional<PatchVersion>& wanted) {
        if (revisions_.empty()) return nothing();
        auto chosen = wanted ? of_version(*wanted) : newest_complete();
        if (!chosen) return forward(chosen);
        say_passed_over(**chosen);
        return finish(**chosen);
    }

private:
    static bool same_patch(const Mail& a, const Mail& b) { return a.subject.title == b.subject.title && a.diff.text == b.diff.text && a.message == b.message; }

    Status sort_in(const Mail& mail) {
        if (!mail.message_id.empty() && !seen_ids_.insert(mail.message_id).second) {
            ++copies_;
            return {};
        }
        const bool has_patch = !mail.diff.files.empty();
        if (mail.subject.reply && !(mail.alone && mail.scissors && has_patch)) {
            ++replies_;
            if (has_patch) replies_with_patch_.push_back(&mail);
            return {};
        }
        const bool claims = mail.subject.tagged && (mail.subject.numbered() || mail.damage);
        if (mail.subject.cover()) {
            revision_of(mail).cover = &mail;
            return {};
        }
        // A file that was named has to be a patch; of a thread only what calls itself one.
        if (mail.damage && !claims && !mail.alone && !mail.message_id.empty()) {
            unreadable_.push_back(&mail);
            return {};
        }
        if (!has_patch && !mail.damage && !claims) {
            without_.push_back(&mail);
            return {};
        }
        if (mail.subject.reply) notes_.push_back(fmt::format("took what stands below the scissors in the reply {}", mail_words(mail)));
        return add(revision_of(mail), {&mail, mail.subject.number, has_patch ? "" : damage_text(mail)});
    }

    static std::string damage_text(const Mail& mail) {
        if (!mail.damage) return fmt::format("there is no diff in it ({}){}", mail.origin, mail.html ? ": the mail is HTML, ask for it as plain text or attachment" : "");
        const Error& e = *mail.damage;
        const std::string object = e.object.empty() || e.object == mail.origin ? "" : e.object + ": ";
        return fmt::format("in {}: {}{}{}", mail.origin, object, e.text,
                           mail.flowed ? " (it was sent as format=flowed, which breaks patches: take it from an archive that keeps the raw mail)" : "");
    }

    ThreadRevision& revision_of(const Mail& mail) {
        auto& out = revisions_[{mail.subject.version, mail.subject.total}];
        out.version = mail.subject.version;
        out.total = mail.subject.total;
        return out;
    }

    /// Whether two mails of one version are the same patch of it, sent twice.
    static bool same_place(const Mail& a, const Mail& b) {
        if (a.subject.numbered()) return a.subject.number == b.subject.number;
        const bool resent = a.subject.resend || b.subject.resend;
        const bool answers = std::find(b.references.begin(), b.references.end(), a.message_id) != b.references.end();
        if (resent && answers) return true;
        // Files without Message-ID are what somebody chose, two of one title two patches.
        return a.subject.title == b.subject.title && (resent || (!a.message_id.empty() && !b.message_id.empty()));
    }

    Status add(ThreadRevision& revision, ThreadPatch patch) {
        const Mail& mail = *patch.mail;
        for (auto& there : revision.patches) {
            const Mail& other = *there.mail;
            if (patch.damage.empty() && there.damage.empty() && same_patch(other, mail)) {
                ++copies_;
                return {};
            }
            if (!same_place(other, mail)) continue;
            if (!patch.damage.empty() || !there.damage.empty()) {
                // The one that can be read.
                if (patch.damage.empty()) there = std::move(patch);
                return {};
            }
            const bool resent = mail.subject.resend || other.subject.resend;
            if (other.subject.title != mail.subject.title && !resent)
                return fail(kTake, "\"" + mail.name() + "\"",
                            fmt::format("two different patches have the number {} of {}: \"{}\" ({}) and \"{}\" ({}); give the mails of one series only", mail.subject.number,
                                        mail.subject.total, other.subject.title, other.origin, mail.subject.title, mail.origin));
            const bool newer = mail.subject.resend != other.subject.resend ? mail.subject.resend : time_of(mail.date) > time_of(other.date);
            const Mail& taken = newer ? mail : other;
            notes_.push_back(fmt::format("\"{}\" was sent twice with different content: took the {} of {} ({}), not {}", mail.subject.title, taken.subject.resend ? "RESEND" : "one",
                                         taken.date, taken.origin, (newer ? other : mail).origin));
            if (newer) there = std::move(patch);
            return {};
        }
        revision.patches.push_back(std::move(patch));
        return {};
    }

    tl::unexpected<Error> nothing() const {
        if (!replies_with_patch_.empty()) {
            const Mail& reply = *replies_with_patch_.front();
            return fail(kTake, "", fmt::format("there are only replies here; \"{}\" has a patch in it: {}", reply.subject.title,
                                               reply.scissors ? "give that mail alone to import it" : "take \"Re:\" from its subject to import it"));
        }
        if (!unreadable_.empty()) return fail(kTake, "\"" + unreadable_.front()->name() + "\"", damage_text(*unreadable_.front()));
        if (replies_ > 0) return fail(kTake, "", "there are only replies here, which quote patches and are none");
        if (!without_.empty())
            return fail(kTake, without_.back()->origin, without_.back()->html ? "it is an HTML mail with no patch in it: ask for it as plain text or attachment"
                                                                              : "there is no patch in it: no \"diff --git\", no \"--- a/file\"");
        return fail(kTake, "", "there is no mail and no patch in what was given");
    }

    [[nodiscard]] tl::unexpected<Error> incomplete(const ThreadRevision& revision) const {
        const auto missing = revision.missing();
        if (revision.patches.empty())
            return fail(kTake, "\"" + revision.cover->name() + "\"", "there is only the cover letter, and none of its patches: save the whole thread");
        return fail(kTake, "\"" + revision.patches.front().mail->name() + "\"",
                    fmt::format("the series is not complete: {} {} missing; save the whole thread, or give the missing files too", patch_numbers(missing, revision.total),
                                missing.size() == 1 ? "is" : "are"));
    }

    /// One patch of many, and nothing else was given: that one is meant.
    [[nodiscard]] bool is_all_that_was_given(const ThreadRevision& revision) const {
        return revisions_.size() == 1 && revision.patches.size() == 1 && revision.cover == nullptr && revision.patches.front().mail->alone;
    }

    Result<ThreadRevision*> newest_complete() {
        ThreadRevision* out = nullptr;
        // Of one version the longest; a single patch in a thread is somebody's fix-up.
        for (auto& [key, revision] : revisions_)
            if (revision.complete() || is_all_that_was_given(revision)) out = &revision;
        if (out == nullptr) return incomplete(revisions_.rbegin()->second);
        return out;
    }

    Result<ThreadRevision*> of_version(const PatchVersion& wanted) {
        ThreadRevision* out = nullptr;
        std::vector<std::string> there;
        for (auto& [key, revision] : revisions_) {
            there.push_back(revision.version.name());
            if (revision.version == wanted && (out == nullptr || out->patches.empty() || revision.complete())) out = &revision;
        }
        there.erase(std::unique(there.begin(), there.end()), there.end());
        if (out == nullptr) return fail(kTake, "--version " + wanted.name(), "there is no such version here; there is " + join(there, ", "));
        if (!out->complete() && !is_all_that_was_given(*out)) return incomplete(*out);
        return out;
    }

    void say_passed_over(const ThreadRevision& chosen) {
        notes_.insert(notes_.end(), chosen.words.begin(), chosen.words.end());
        if (!chosen.complete())
            notes_.push_back(fmt::format("it is {} of {}, taken without the others since it is all that was given", chosen.patches.front().number, chosen.total));
        for (const auto& [key, revision] : revisions_) {
            if (&revision == &chosen) continue;
            const bool lent = std::find(chosen.filled_from.begin(), chosen.filled_from.end(), revision.version) != chosen.filled_from.end() && revision.total == chosen.total;
            const std::string holes = !revision.complete() ? fmt::format(", which is not complete: {} missing", patch_numbers(revision.missing(), revision.total)) : "";
            const std::string way = revision.complete() && revision.version != chosen.version ? fmt::format(" (--version {} takes it)", revision.version.name()) : "";
            notes_.push_back(fmt::format("passed over {}{}{}{}", lent ? "what is left of " : "", revision.name(), holes, way));
        }
    }

    /// Parents in front of what answers them; otherwise as they came.
    static void order_by_thread(std::vector<ThreadPatch>& patches) {
        std::map<std::string, const ThreadPatch*> by_id;
        for (const auto& patch : patches)
            if (!patch.mail->message_id.empty()) by_id[patch.mail->message_id] = &patch;
        std::vector<ThreadPatch> out;
        std::set<const ThreadPatch*> done;
        const std::function<void(const ThreadPatch*)> visit = [&](const ThreadPatch* patch) {
            if (!done.insert(patch).second) return;
            for (const auto& id : patch->mail->references)
                if (auto at = by_id.find(id); at != by_id.end()) visit(at->second);
            out.push_back(*patch);
        };
        for (const auto& patch : patches) visit(&patch);
        patches = std::move(out);
    }

    Result<SelectedPatches> finish(ThreadRevision& revision) {
        if (revision.total < 0)
            order_by_thread(revision.patches);
        else
            std::stable_sort(revision.patches.begin(), revision.patches.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
        SelectedPatches out;
        for (const auto& patch : revision.patches) {
            const Mail& mail = *patch.mail;
            if (!patch.damage.empty()) return fail(kTake, "\"" + mail.name() + "\"", patch.damage);
            out.patches.push_back(mail);
            for (const auto& remark : mail.remarks) notes_.push_back(fmt::format("\"{}\": {}", mail.name(), remark));
            if (mail.author == kUnknownAuthor) notes_.push_back(fmt::format("\"{}\" has no author and no date: it is a bare diff", mail.name()));
            if (mail.flowed)
                notes_.push_back(fmt::format("\"{}\" was sent as format=flowed: its lines were put together again; look at its white space", mail.name()));
        }
        if (revision.cover != nullptr) out.cover = *revision.cover;
        if (const size_t count = mails_without_patch(out.patches)) notes_.push_back("passed over " + counted(count, "mail without a patch", "mails without a patch"));
        out.notes = notes_;
        return out;
    }

    /// Those that carry an attached patch are not counted.
    [[nodiscard]] size_t mails_without_patch(const std::vector<Mail>& taken) const {
        std::set<std::string> carriers;
        for (const auto& mail : taken) carriers.insert(mail.origin);
        return static_cast<size_t>(std::count_if(without_.begin(), without_.end(), [&](const Mail* mail) { return !carriers.contains(mail->origin); }));
    }

    const std::vector<Mail>& mails_;
    ThreadRevisions revisions_;
    std::set<std::string> seen_ids_;
    std::vector<const Mail*> replies_with_patch_;
    std::vector<const Mail*> unreadable_;  ///< mails of the thread that call themselves no patch
    std::vector<const Mail*> without_;
    std::vector<std::string> notes_;
    size_t replies_ = 0;
    size_t copies_ = 0;
};

}  // namespace

Result<SelectedPatches> select_patches(const std::vector<Mail>& mails, const std::optional<PatchVersion>& version) {
    Selection selection(mails);
    if (auto s = selection.gather(); !s) return forward(s);
    return selection.choose(version);
}

}  // namespace diobench
