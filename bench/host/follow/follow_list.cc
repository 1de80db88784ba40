// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/follow_list.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/follow/mail_threads.h"
#include "bench/host/kernel/mail_headers.h"

namespace diobench {

namespace {

constexpr const char* kFollow = "follow";

/// What hides its content cannot be looked through; what calls itself a patch is looked at when its thread is.
bool hides_a_patch(const MailHeaders& headers, const PatchSubject& subject) {
    const std::string encoding = lower_case(headers.value("content-transfer-encoding"));
    return (subject.tagged || headers.value("subject").starts_with("=?")) && (encoding == "base64" || encoding == "quoted-printable");
}

SeenMail seen_mail(const ArchivedMail& mail, const std::string& archive, const ListInterest& interest) {
    const MailHeaders headers(mail.text);
    const PatchSubject subject = parse_patch_subject(headers.value("subject"));
    SeenMail out{headers.message_id(), archive, mail.place, headers.references(), subject.reply, false};
    if (out.id.empty()) out.id = archive + " " + mail.place;
    out.of_interest = !subject.reply && (interest.in_text(mail.text, subject.title) || hides_a_patch(headers, subject));
    return out;
}

/// The mails behind the last position; how many.
Result<size_t> read_archive(const MailArchive& archive, const ListInterest& interest, FollowState& state, Progress& progress) {
    const std::string path = archive.path().string();
    auto position = state.position(path);
    if (!position) return forward(position);
    std::vector<SeenMail> unkept;
    size_t count = 0;
    Earlier earlier = Earlier::stays;
    MailArchive::Listener listener;
    listener.on_mail = [&](ArchivedMail&& mail) -> Status {
        if (interrupted()) return interrupted_error(kFollow);
        unkept.push_back(seen_mail(mail, path, interest));
        progress.update(++count, 0, path);
        return {};
    };
    listener.on_position = [&](const MailArchive::Position& next) -> Status {
        auto kept = state.keep(path, unkept, next, earlier);
        unkept.clear();
        earlier = Earlier::stays;
        return kept;
    };
    listener.on_restart = [&] { earlier = Earlier::is_void; };
    auto s = archive.read_new(*position, listener);
    if (!s) return forward(s);
    return count;
}

bool any_of_interest(const std::vector<Mail>& mails, const ListInterest& interest) {
    return std::any_of(mails.begin(), mails.end(), [&](const Mail& mail) {
        return std::any_of(mail.diff.files.begin(), mail.diff.files.end(), [&](const FileDiff& file) { return interest.touches(file.old_name) || interest.touches(file.new_name); }) ||
               interest.in_text("", mail.subject.title);
    });
}

/// The versions that have a patch in the thread, oldest first.
std::set<PatchVersion> versions_in(const std::vector<Mail>& mails) {
    std::set<PatchVersion> out;
    for (const auto& mail : mails)
        if (!mail.subject.reply && (!mail.diff.files.empty() || mail.damage)) out.insert(mail.subject.version);
    return out;
}

/// The mail a version is known by: its cover letter, else its first patch.
const Mail* first_of(const std::vector<Mail>& mails, const PatchVersion& version) {
    const Mail* out = nullptr;
    for (const auto& mail : mails) {
        if (mail.subject.reply || mail.subject.version != version || (!mail.subject.cover() && mail.diff.files.empty() && !mail.damage)) continue;
        if (out == nullptr || mail.subject.cover() || (!out->subject.cover() && mail.subject.number < out->subject.number)) out = &mail;
    }
    return out;
}

/// Nothing: it is whole and not of interest.
std::optional<ListedSeries> listed(const std::vector<Mail>& mails, const PatchVersion& version, const ListInterest& interest) {
    ListedSeries out;
    out.version = version;
    const Mail* first = first_of(mails, version);
    auto chosen = select_patches(mails, version);
    Status safe;
    if (chosen) {
        // A version that sends single patches again keeps the cover of the one before.
        if (chosen->cover) first = &*chosen->cover;
        for (const auto& mail : chosen->patches)
            if (safe) safe = check_safe(mail.diff);
    }
    out.title = first == nullptr ? "" : first->subject.title;
    out.message_id = first == nullptr ? "" : first->message_id;
    out.date = first == nullptr ? "" : first->date;
    out.name = series_name_of(out.title, version);
    if (chosen && !any_of_interest(chosen->patches, interest)) return {};
    if (!chosen) out.refusal = chosen.error().text;
    else if (!safe) out.refusal = safe.error().message();
    if (!out.refusal.empty()) return out;
    std::string ids = version.name();
    for (const auto& mail : chosen->patches) {
        out.patches.push_back(imported_patch(mail));
        ids += "\n" + (mail.message_id.empty() ? mail.name() + " " + mail.author : mail.message_id);
    }
    out.key = sha256_hex(ids);
    out.notes = std::move(chosen->notes);
    return out;
}

std::vector<ListedSeries> series_in(const std::vector<Mail>& mails, const ListInterest& interest) {
    std::vector<ListedSeries> out;
    if (!any_of_interest(mails, interest)) return out;
    std::string before;
    std::string key_before;
    for (const auto& version : versions_in(mails)) {
        auto one = listed(mails, version, interest);
        if (!one) continue;
        out.push_back(std::move(*one));
        if (!out.back().refusal.empty()) continue;
        for (size_t i = 0; i + 1 < out.size(); ++i) out[i].superseded = true;
        out.back().revises = before;
        out.back().revises_key = key_before;
        before = out.back().name;
        key_before = out.back().key;
    }
    return out;
}

/// Of two series of one title the later gets a number.
void make_names_unique(std::vector<ListedSeries>& all) {
    std::map<std::string, int> used;
    for (auto& series : all)
        if (const int count = ++used[series.name]; count > 1) series.name += fmt::format("-{}", count);
}

}  // namespace

/// Each archive is asked once.
Result<std::vector<RawMail>> fetch_mails(const std::vector<SeenMail>& thread, const std::vector<MailArchive>& archives) {
    std::vector<RawMail> out(thread.size());
    for (const auto& archive : archives) {
        std::vector<size_t> which;
        std::vector<std::string> places;
        for (size_t i = 0; i < thread.size(); ++i) {
            if (thread[i].archive != archive.path().string()) continue;
            which.push_back(i);
            places.push_back(thread[i].place);
        }
        if (places.empty()) continue;
        auto texts = archive.fetch(places);
        if (!texts) return forward(texts);
        for (size_t i = 0; i < which.size(); ++i) out[which[i]] = {"<" + thread[which[i]].id + ">", std::move(texts->at(i))};
    }
    return out;
}

std::string series_name_of(const std::string& title, const PatchVersion& version) {
    constexpr size_t kLongestTitle = 48;
    std::string out;
    for (unsigned char c : lower_case(title)) {
        if (std::isalnum(c) != 0) out += static_cast<char>(c);
        else if (!out.empty() && out.back() != '-') out += '-';
    }
    if (out.size() > kLongestTitle) {
        // At the end of a word.
        const size_t dash = out.rfind('-', kLongestTitle);
        out.resize(dash == std::string::npos ? kLongestTitle : dash);
    }
    while (out.ends_with('-')) out.pop_back();
    return fmt::format("{}-v{}", out.empty() ? "series" : out, version.name());
}

Result<ListRead> read_list(const std::vector<MailArchive>& archives, const ListInterest& interest, FollowState& state, Progress& progress) {
    ListRead out;
    std::vector<std::string> paths;
    progress.stage("read archive");
    for (const auto& archive : archives) {
        auto count = read_archive(archive, interest, state, progress);
        if (!count) return forward(count);
        out.fresh += *count;
        paths.push_back(archive.path().string());
    }
    auto seen = state.mails(paths);
    if (!seen) return forward(seen);
    out.mails = seen->size();
    const auto threads = threads_of_interest(*seen);
    progress.stage("read threads");
    for (size_t i = 0; i < threads.size(); ++i) {
        progress.update(i, threads.size(), threads[i].front().id);
        auto raw = fetch_mails(threads[i], archives);
        if (!raw) return forward(raw);
        auto mails = parse_mails(*raw);
        if (interrupted()) return interrupted_error(kFollow);
        if (!mails) {
            // Too many for a thread, and the like: a reason, not an end.
            out.series.push_back({});
            out.series.back().message_id = threads[i].front().id;
            out.series.back().refusal = mails.error().text;
            continue;
        }
        auto found = series_in(*mails, interest);
        for (auto& series : found) series.thread = threads[i];
        std::move(found.begin(), found.end(), std::back_inserter(out.series));
    }
    make_names_unique(out.series);
    return out;
}

}  // namespace diobench
