// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/select_patches.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <set>

#include "bench/common/base/text.h"

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

/// Patches that belong together by their subjects: one version, one total.
struct Version {
    int version = 1;
    int total = -1;  ///< -1: not numbered
    std::vector<const Mail*> patches;
    const Mail* cover = nullptr;

    [[nodiscard]] std::vector<std::string> missing() const {
        std::vector<std::string> out;
        for (int i = 1; i <= total; ++i) {
            const bool there = std::any_of(patches.begin(), patches.end(), [i](const Mail* m) { return m->subject.number == i; });
            if (!there) out.push_back(fmt::format("{}/{}", i, total));
        }
        return out;
    }
    [[nodiscard]] std::string name() const {
        return total < 0 ? fmt::format("v{} (\"{}\")", version, patches.front()->subject.title) : fmt::format("v{} ({} patch{})", version, total, total == 1 ? "" : "es");
    }
};

class Selection {
public:
    explicit Selection(const std::vector<Mail>& mails) : mails_(mails) {}

    Status gather() {
        for (const auto& mail : mails_)
            if (auto s = sort_in(mail); !s) return s;
        if (replies_ > 0) notes_.push_back(fmt::format("passed over {} repl{}", replies_, replies_ == 1 ? "y" : "ies"));
        if (copies_ > 0) notes_.push_back(fmt::format("passed over {} cop{} of the same mail", copies_, copies_ == 1 ? "y" : "ies"));
        for (const auto& name : replies_with_patch_)
            notes_.push_back(fmt::format("the reply \"{}\" has a patch of its own in it; give that mail alone without \"Re:\" to take it", name));
        return {};
    }

    Result<SelectedPatches> choose(int wanted) {
        if (versions_.empty()) return nothing();
        auto chosen = wanted == 0 ? newest_complete() : of_number(wanted);
        if (!chosen) return forward(chosen);
        for (auto& [key, version] : versions_)
            if (&version != *chosen)
                notes_.push_back(fmt::format("passed over {}{}{}", version.name(),
                                             version.missing().empty() ? "" : ", which is not complete: " + join(version.missing(), ", ") + " missing",
                                             version.version != (*chosen)->version ? fmt::format(" (--version {} takes it)", version.version) : ""));
        return finish(**chosen);
    }

private:
    static bool same_patch(const Mail& a, const Mail& b) { return a.subject.title == b.subject.title && a.diff.text == b.diff.text && a.message == b.message; }

    Status sort_in(const Mail& mail) {
        if (!mail.message_id.empty() && !seen_ids_.insert(mail.message_id).second) {
            ++copies_;
            return {};
        }
        if (mail.subject.reply) {
            ++replies_;
            if (!mail.diff.files.empty()) replies_with_patch_.push_back(mail.subject.title);
            return {};
        }
        if (mail.damage) return fail(kTake, "\"" + mail.name() + "\"", fmt::format("in {}: {}", mail.origin, damage_text(mail)));
        const auto key = std::pair(mail.subject.version, mail.subject.total);
        if (mail.subject.cover()) {
            version_of(key).cover = &mail;
            return {};
        }
        if (mail.diff.files.empty()) return no_patch_in(mail);
        return add(version_of(key), mail);
    }

    static std::string damage_text(const Mail& mail) {
        const Error& e = *mail.damage;
        return fmt::format("{}: {}{}", e.object, e.text, mail.flowed ? " (it was sent as format=flowed, which breaks patches: take it from an archive that keeps the raw mail)" : "");
    }

    Version& version_of(std::pair<int, int> key) {
        auto& out = versions_[key];
        out.version = key.first;
        out.total = key.second;
        return out;
    }

    /// A mail that is no reply and has no patch: only one that claims to be a patch matters.
    Status no_patch_in(const Mail& mail) {
        last_without_ = &mail;
        if (mail.subject.numbered() && mail.subject.tagged)
            return fail(kTake, "\"" + mail.name() + "\"",
                        fmt::format("there is no diff in it ({}){}", mail.origin, mail.html ? ": the mail is HTML, ask for it as plain text or attachment" : ""));
        return {};
    }

    Status add(Version& version, const Mail& mail) {
        for (auto& other : version.patches) {
            if (same_patch(*other, mail)) {
                ++copies_;
                return {};
            }
            if (!mail.subject.numbered() || other->subject.number != mail.subject.number) continue;
            if (other->subject.title != mail.subject.title && !mail.subject.resend)
                return fail(kTake, "\"" + mail.name() + "\"",
                            fmt::format("two different patches have the number {} of {}: \"{}\" ({}) and \"{}\" ({}); give the mails of one series only", mail.subject.number,
                                        mail.subject.total, other->subject.title, other->origin, mail.subject.title, mail.origin));
            const bool newer = mail.subject.resend || time_of(mail.date) > time_of(other->date);
            notes_.push_back(fmt::format("\"{}\" was sent twice with different content: took the one of {}", mail.name(), newer ? mail.date : other->date));
            if (newer) other = &mail;
            return {};
        }
        version.patches.push_back(&mail);
        return {};
    }

    tl::unexpected<Error> nothing() const {
        if (!replies_with_patch_.empty())
            return fail(kTake, "", fmt::format("there are only replies here; \"{}\" has a patch in it: take \"Re:\" from its subject to import it", replies_with_patch_.front()));
        if (replies_ > 0) return fail(kTake, "", "there are only replies here, which quote patches and are none");
        if (last_without_ != nullptr)
            return fail(kTake, last_without_->origin, last_without_->html ? "it is an HTML mail with no patch in it: ask for it as plain text or attachment"
                                                                          : "there is no patch in it: no \"diff --git\", no \"--- a/file\"");
        return fail(kTake, "", "there is no mail and no patch in what was given");
    }

    [[nodiscard]] tl::unexpected<Error> incomplete(const Version& version) const {
        const auto missing = version.missing();
        if (version.patches.empty())
            return fail(kTake, "\"" + version.cover->name() + "\"", "there is only the cover letter, and none of its patches: save the whole thread");
        return fail(kTake, "\"" + version.patches.front()->name() + "\"",
                    fmt::format("the series is not complete: {} {} missing; save the whole thread, or give the missing files too", join(missing, ", "),
                                missing.size() == 1 ? "is" : "are"));
    }

    Result<Version*> newest_complete() {
        Version* out = nullptr;
        // Of one version the longest; a single patch in a thread is somebody's fix-up.
        for (auto& [key, version] : versions_)
            if (version.missing().empty() && !version.patches.empty()) out = &version;
        if (out == nullptr) return incomplete(versions_.rbegin()->second);
        return out;
    }

    Result<Version*> of_number(int wanted) {
        Version* out = nullptr;
        std::vector<std::string> there;
        for (auto& [key, version] : versions_) {
            there.push_back(fmt::format("{}", version.version));
            if (version.version == wanted && (out == nullptr || out->patches.empty() || version.missing().empty())) out = &version;
        }
        there.erase(std::unique(there.begin(), there.end()), there.end());
        if (out == nullptr) return fail(kTake, fmt::format("--version {}", wanted), "there is no such version here; there is " + join(there, ", "));
        if (out->patches.empty() || !out->missing().empty()) return incomplete(*out);
        return out;
    }

    /// Parents in front of what answers them; otherwise as they came.
    static void order_by_thread(std::vector<const Mail*>& mails) {
        std::map<std::string, const Mail*> by_id;
        for (const Mail* mail : mails)
            if (!mail->message_id.empty()) by_id[mail->message_id] = mail;
        std::vector<const Mail*> out;
        std::set<const Mail*> done;
        const std::function<void(const Mail*)> visit = [&](const Mail* mail) {
            if (!done.insert(mail).second) return;
            for (const auto& id : mail->references)
                if (auto at = by_id.find(id); at != by_id.end()) visit(at->second);
            out.push_back(mail);
        };
        for (const Mail* mail : mails) visit(mail);
        mails = std::move(out);
    }

    Result<SelectedPatches> finish(Version& version) {
        if (version.total < 0)
            order_by_thread(version.patches);
        else
            std::stable_sort(version.patches.begin(), version.patches.end(), [](const Mail* a, const Mail* b) { return a->subject.number < b->subject.number; });
        SelectedPatches out;
        for (const Mail* mail : version.patches) {
            out.patches.push_back(*mail);
            if (mail->author == kUnknownAuthor) notes_.push_back(fmt::format("\"{}\" has no author and no date: it is a bare diff", mail->name()));
            if (mail->flowed)
                notes_.push_back(fmt::format("\"{}\" was sent as format=flowed: its lines were put together again; look at its white space", mail->name()));
        }
        if (version.cover != nullptr) out.cover = *version.cover;
        out.notes = notes_;
        return out;
    }

    const std::vector<Mail>& mails_;
    std::map<std::pair<int, int>, Version> versions_;
    std::set<std::string> seen_ids_;
    std::vector<std::string> replies_with_patch_;
    std::vector<std::string> notes_;
    const Mail* last_without_ = nullptr;
    size_t replies_ = 0;
    size_t copies_ = 0;
};

}  // namespace

Result<SelectedPatches> select_patches(const std::vector<Mail>& mails, int version) {
    Selection selection(mails);
    if (auto s = selection.gather(); !s) return forward(s);
    return selection.choose(version);
}

}  // namespace diobench
