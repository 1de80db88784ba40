// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/mail.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <iconv.h>
#include <map>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/git.h"

namespace diobench {

namespace {

using Headers = std::map<std::string, std::string>;

/// The header lines of a mail, unfolded and not decoded; of one that comes twice the first. None: no mail.
Headers headers_of(std::string_view text) {
    Headers out;
    std::string last;
    for (size_t from = 0; from < text.size();) {
        const size_t end = std::min(text.find('\n', from), text.size());
        const std::string_view line = text.substr(from, end - from);
        from = end + 1;
        if (line.empty()) break;
        if (line[0] == ' ' || line[0] == '\t') {
            if (!last.empty()) out[last] += " " + std::string(trim(line));
            continue;
        }
        const size_t colon = line.find(':');
        const bool header = colon != std::string_view::npos && colon > 0 &&
                            std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
        if (!header) return {};
        const std::string name = lower_case(line.substr(0, colon));
        last = out.emplace(name, trim(line.substr(colon + 1))).second ? name : std::string();
    }
    return out;
}

std::string value_of(const Headers& headers, const char* name) {
    auto at = headers.find(name);
    return at == headers.end() ? std::string() : at->second;
}

/// Everything between < and > in a header.
std::vector<std::string> ids_in(std::string_view text) {
    std::vector<std::string> out;
    for (size_t open; (open = text.find('<')) != std::string_view::npos;) {
        const size_t close = text.find('>', open);
        if (close == std::string_view::npos) break;
        out.emplace_back(text.substr(open + 1, close - open - 1));
        text.remove_prefix(close + 1);
    }
    return out;
}

bool is_utf8(const std::string& text) {
    iconv_t to = ::iconv_open("UTF-8", "UTF-8");
    if (to == reinterpret_cast<iconv_t>(-1)) return true;
    std::string copy = text;
    std::string space(text.size() + 8, '\0');
    char* in = copy.data();
    char* out = space.data();
    size_t in_left = copy.size();
    size_t out_left = space.size();
    const bool good = ::iconv(to, &in, &in_left, &out, &out_left) != static_cast<size_t>(-1);
    ::iconv_close(to);
    return good;
}

/// `git mailinfo` recodes the message and leaves the diff as it was sent; the kernel's files are UTF-8.
std::string diff_as_utf8(const std::string& text, const std::string& content_type) {
    if (is_utf8(text)) return text;
    std::string charset = "ISO-8859-1";
    if (const size_t at = lower_case(content_type).find("charset="); at != std::string::npos) {
        charset = content_type.substr(at + 8);
        charset.erase(std::remove(charset.begin(), charset.end(), '"'), charset.end());
        charset = charset.substr(0, charset.find_first_of("; \t"));
    }
    iconv_t to = ::iconv_open("UTF-8", charset.c_str());
    if (to == reinterpret_cast<iconv_t>(-1)) return text;
    std::string copy = text;
    std::string space(text.size() * 4 + 8, '\0');
    char* in = copy.data();
    char* out = space.data();
    size_t in_left = copy.size();
    size_t out_left = space.size();
    const bool good = ::iconv(to, &in, &in_left, &out, &out_left) != static_cast<size_t>(-1);
    ::iconv_close(to);
    space.resize(space.size() - out_left);
    return good ? space : text;
}

/// What `git mailinfo` says.
struct MailInfo {
    std::string author, email, subject, date, message, patch;
};

Result<MailInfo> mailinfo(const RawMail& raw, bool inbody_headers, const fs::path& scratch) {
    CommandOptions options;
    options.working_directory = scratch;
    options.environment = git_environment(scratch);
    options.input = raw.text;
    auto r = run_command(git_command({"-c", "i18n.commitEncoding=UTF-8", "mailinfo", "-k", "-u", "--quoted-cr=strip", inbody_headers ? "--inbody-headers" : "--no-inbody-headers",
                                      "message", "patch"}), options);
    if (!r) return forward(r);
    if (r->exit_status != 0) return fail("read", raw.origin, "it cannot be decoded: " + std::string(trim(last_lines(r->output, 1))));
    MailInfo out;
    for (const auto& line : split(r->output, '\n')) {
        const size_t colon = line.find(": ");
        if (colon == std::string::npos) continue;
        const std::string key = line.substr(0, colon);
        const std::string value(trim(std::string_view(line).substr(colon + 2)));
        if (key == "Author") out.author = value;
        if (key == "Email") out.email = value;
        if (key == "Subject") out.subject = value;
        if (key == "Date") out.date = value;
    }
    auto message = read_file(scratch / "message");
    auto patch = read_file(scratch / "patch");
    if (!message) return forward(message);
    if (!patch) return forward(patch);
    out.message = std::move(*message);
    out.patch = std::move(*patch);
    return out;
}

std::string author_of(const MailInfo& info) {
    const std::string name = info.author.empty() ? info.email : info.author;
    return fmt::format("{} <{}>", name.empty() ? "unknown" : name, info.email.empty() ? "unknown@localhost" : info.email);
}

/// True if the text begins with a header that is meant for the commit, as `git format-patch --from` puts it there.
bool begins_with_inbody_header(std::string_view message) {
    const std::string_view text = trim(message);
    return text.starts_with("From: ") || text.starts_with("Subject: ") || text.starts_with("Date: ") || text.starts_with("[PATCH");
}

void read_diff(std::string_view text, Mail& out) {
    auto diff = parse_unified_diff(text);
    if (diff)
        out.diff = std::move(*diff);
    else
        out.damage = diff.error();
}

Mail bare_diff(const RawMail& raw) {
    Mail out;
    out.origin = raw.origin;
    out.author = kUnknownAuthor;
    read_diff(raw.text, out);
    size_t begin = raw.text.find("diff --git ");
    if (begin == std::string::npos) begin = raw.text.find("--- ");
    if (out.diff.files.empty()) begin = std::string::npos;
    std::string text(trim(std::string_view(raw.text).substr(0, std::min(begin, raw.text.size()))));
    // "diff -u old new" and "Index: x" stand in front of a plain diff.
    std::vector<std::string> kept;
    for (const auto& line : split(text, '\n'))
        if (!line.starts_with("diff ") && !line.starts_with("Index: ") && !line.starts_with("====")) kept.push_back(line);
    text = std::string(trim(join(kept, "\n")));
    const size_t end = text.find('\n');
    out.subject = parse_patch_subject(text.substr(0, end));
    if (end != std::string::npos) out.message = trim(std::string_view(text).substr(end));
    if (out.subject.title.empty()) out.subject.title = fs::path(raw.origin).stem().string();
    return out;
}

/// Where a whole patch begins inside of a decoded body: "From 0123... Mon Sep 17 00:00:00 2001".
size_t embedded_patch(std::string_view text) {
    static constexpr std::string_view kDate = " Mon Sep 17 00:00:00 2001";
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        if (line.starts_with("From ") && line.size() >= 5 + 40 && line.ends_with(kDate)) return at;
        at = end + 1;
    }
    return std::string_view::npos;
}

Result<std::vector<Mail>> parse_decoded(const RawMail& raw, const Headers& headers, const fs::path& scratch) {
    auto info = mailinfo(raw, false, scratch);
    if (!info) return forward(info);
    const std::string content_type = value_of(headers, "content-type");
    Mail out;
    out.origin = raw.origin;
    if (auto ids = ids_in(value_of(headers, "message-id")); !ids.empty()) out.message_id = ids.front();
    out.references = ids_in(value_of(headers, "references"));
    for (const auto& id : ids_in(value_of(headers, "in-reply-to"))) {
        out.references.erase(std::remove(out.references.begin(), out.references.end(), id), out.references.end());
        out.references.push_back(id);
    }
    out.subject = parse_patch_subject(info->subject);
    out.flowed = lower_case(content_type).find("format=flowed") != std::string::npos;
    out.html = lower_case(content_type).starts_with("text/html");

    const std::string body = info->message + info->patch;
    std::vector<Mail> all;
    if (const size_t at = embedded_patch(body); at != std::string::npos) {
        for (const auto& inner : split_mails(std::string_view(body).substr(at), raw.origin)) {
            auto mails = parse_mail(RawMail{raw.origin, inner.text}, scratch);
            if (!mails) return mails;
            for (auto& mail : *mails) {
                mail.references = out.references;
                mail.subject.reply |= out.subject.reply;
                all.push_back(std::move(mail));
            }
        }
        info->patch.clear();
        info->message = body.substr(0, at);
    }
    const std::string decoded = diff_as_utf8(info->patch, content_type);
    read_diff(decoded, out);
    if (!out.diff.files.empty() && begins_with_inbody_header(info->message)) {
        auto inner = mailinfo(raw, true, scratch);
        if (!inner) return forward(inner);
        *info = std::move(*inner);
        if (auto title = parse_patch_subject(info->subject).title; !title.empty()) out.subject.title = title;
    }
    out.author = author_of(*info);
    out.date = info->date;
    out.message = trim(info->message);
    all.insert(all.begin(), std::move(out));
    return all;
}

}  // namespace

std::string Mail::name() const {
    if (subject.title.empty()) return origin;
    return subject.tagged ? subject.tag() + " " + subject.title : subject.title;
}

Result<std::vector<Mail>> parse_mail(const RawMail& raw, const fs::path& scratch) {
    const Headers headers = headers_of(raw.text);
    const bool mail = headers.contains("from") || headers.contains("subject") || headers.contains("message-id");
    if (mail) return parse_decoded(raw, headers, scratch);
    return std::vector<Mail>{bare_diff(raw)};
}

}  // namespace diobench
