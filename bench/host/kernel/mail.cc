// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/mail.h"

#include <algorithm>
#include <fmt/format.h>
#include <iconv.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/dep3.h"
#include "bench/host/kernel/excerpt.h"
#include "bench/host/kernel/git.h"
#include "bench/host/kernel/mail_headers.h"

namespace diobench {

namespace {

/// Whether patches that stand whole in a mail are looked for, or it is one of those.
enum class Attached { look, is_one };

/// More than anybody attaches.
constexpr size_t kMostAttached = 200;

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

/// What the mail says it is written in; empty: nothing.
std::string charset_of(const std::string& content_type) {
    const size_t at = lower_case(content_type).find("charset=");
    if (at == std::string::npos) return {};
    std::string out = content_type.substr(at + 8);
    out.erase(std::remove(out.begin(), out.end(), '"'), out.end());
    return out.substr(0, out.find_first_of("; \t"));
}

/// `git mailinfo` recodes the message and leaves the diff as it was sent; the kernel's files are UTF-8.
std::string diff_as_utf8(const std::string& text, const std::string& content_type) {
    if (is_utf8(text)) return text;
    const std::string charset = charset_of(content_type);
    iconv_t to = ::iconv_open("UTF-8", charset.empty() ? "ISO-8859-1" : charset.c_str());
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

/// Which options `git mailinfo` gets.
enum class Reading {
    plain,        ///< the text as it stands
    inbody,       ///< headers at its beginning count
    scissors,     ///< and what stands above "-- >8 --" does not
    as_it_comes,  ///< no character set is believed
};

std::vector<std::string> mailinfo_options(Reading reading) {
    switch (reading) {
        case Reading::plain: return {"-u", "--no-inbody-headers"};
        case Reading::inbody: return {"-u", "--inbody-headers"};
        case Reading::scissors: return {"-u", "--inbody-headers", "--scissors"};
        case Reading::as_it_comes: return {"-n", "--inbody-headers"};
    }
    return {};
}

/// git's own complaint among what it printed.
std::string complaint_of_git(const std::string& output) {
    for (const auto& line : split(output, '\n'))
        for (std::string_view mark : {"error: ", "fatal: "})
            if (line.starts_with(mark)) return excerpt(std::string_view(line).substr(mark.size()));
    return excerpt(trim(last_lines(output, 1)));
}

Result<MailInfo> mailinfo(const RawMail& raw, Reading reading, const fs::path& scratch) {
    CommandOptions options;
    options.working_directory = scratch;
    options.environment = git_environment(scratch);
    options.input = raw.text;
    std::vector<std::string> arguments = {"-c", "i18n.commitEncoding=UTF-8", "mailinfo", "-k", "--quoted-cr=strip"};
    for (auto& option : mailinfo_options(reading)) arguments.push_back(std::move(option));
    arguments.insert(arguments.end(), {"message", "patch"});
    auto r = run_command(git_command(arguments), options);
    if (!r) return forward(r);
    if (r->exit_status != 0) return fail("read", raw.origin, "it cannot be decoded: " + complaint_of_git(r->output));
    MailInfo out;
    for (const auto& line : split(r->output, '\n')) {
        const size_t colon = line.find(": ");
        if (colon == std::string::npos) continue;
        const std::string key = line.substr(0, colon);
        const std::string value(trim(std::string_view(line).substr(colon + 2)));
        // With --scissors it says an empty subject after the one below them.
        for (auto& [name, into] : {std::pair{"Author", &out.author}, std::pair{"Email", &out.email}, std::pair{"Subject", &out.subject}, std::pair{"Date", &out.date}})
            if (key == name && into->empty()) *into = value;
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

/// "-- >8 --" and its like, as is_scissors_line() of git's mailinfo.c: a third of the line or more is perforation.
bool is_scissors_line(std::string_view line) {
    constexpr size_t kShortest = 8;
    size_t perforation = 0;
    size_t gap = 0;
    bool in_perforation = false;
    bool scissors = false;
    line = trim(line);
    for (size_t i = 0; i < line.size(); ++i) {
        const std::string_view two = line.substr(i, 2);
        if (line[i] == ' ' || line[i] == '\t') {
            perforation += in_perforation;
            gap += in_perforation;
        } else if (line[i] == '-') {
            in_perforation = true;
            ++perforation;
        } else if (two == ">8" || two == "8<" || two == ">%" || two == "%<") {
            in_perforation = scissors = true;
            perforation += 2;
            ++i;
        } else {
            in_perforation = false;
        }
    }
    return scissors && line.size() >= kShortest && line.size() < perforation * 3 && gap * 2 < perforation;
}

/// The text below the first scissors; nothing: there are none.
std::optional<std::string_view> below_scissors(std::string_view text) {
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (is_scissors_line(line)) return text;
    }
    return {};
}

void read_diff(std::string_view text, int strip, Mail& out) {
    auto diff = parse_unified_diff(text, strip);
    if (diff)
        out.diff = std::move(*diff);
    else
        out.damage = diff.error();
}

/// "Name <address>" of what somebody wrote as an author.
std::string whole_author(const std::string& text) {
    const size_t open = text.find('<');
    if (open != std::string::npos && text.find('>', open) != std::string::npos) {
        const std::string address = text.substr(open + 1, text.find('>', open) - open - 1);
        const std::string name(trim(std::string_view(text).substr(0, open)));
        return fmt::format("{} <{}>", name.empty() ? address : name, address);
    }
    if (text.empty()) return kUnknownAuthor;
    return text.find('@') != std::string::npos ? fmt::format("{0} <{0}>", text) : text + " <unknown@localhost>";
}

/// Title and message of the text in front of a diff.
void read_text_in_front(std::string_view text, Mail& out) {
    // "diff -u old new" and "Index: x" stand in front of a plain diff.
    std::vector<std::string> kept;
    for (const auto& line : split(text, '\n'))
        if (!line.starts_with("diff ") && !line.starts_with("Index: ") && !line.starts_with("====")) kept.push_back(line);
    const std::string all(trim(join(kept, "\n")));
    const size_t end = all.find('\n');
    out.subject = parse_patch_subject(all.substr(0, end));
    if (end != std::string::npos) out.message = trim(std::string_view(all).substr(end));
}

Mail bare_diff(const RawMail& raw) {
    Mail out;
    out.origin = raw.origin;
    out.author = kUnknownAuthor;
    read_diff(raw.text, raw.strip, out);
    if (auto header = read_dep3(raw.text)) {
        out.subject = parse_patch_subject(header->title);
        out.message = std::move(header->message);
        out.author = whole_author(header->author);
        out.date = std::move(header->date);
    } else if (!out.diff.files.empty()) {
        size_t begin = raw.text.find("diff --git ");
        if (begin == std::string::npos) begin = raw.text.find("--- ");
        read_text_in_front(trim(std::string_view(raw.text).substr(0, std::min(begin, raw.text.size()))), out);
    }
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

Result<std::vector<Mail>> parse_single(const RawMail& raw, const fs::path& scratch, Attached attached);

/// What the headers say as they were sent, for a mail that is not decoded.
Mail of_headers(const RawMail& raw, const MailHeaders& headers) {
    Mail out;
    out.origin = raw.origin;
    out.alone = raw.alone;
    out.author = kUnknownAuthor;
    out.message_id = headers.message_id();
    out.references = headers.references();
    out.subject = parse_patch_subject(headers.value("subject"));
    const std::string content_type = lower_case(headers.value("content-type"));
    out.flowed = content_type.find("format=flowed") != std::string::npos;
    out.html = content_type.starts_with("text/html");
    return out;
}

/// A patch that stands in a mail as it is, and is no quote.
bool has_bare_diff(std::string_view text) {
    const auto has = [&](std::string_view line) { return text.find(line) != std::string_view::npos; };
    return has("\ndiff --git ") || (has("\n--- ") && has("\n+++ "));
}

/// Most mails of a thread are replies and letters that hide no patch, and each decoding is a process.
bool is_worth_decoding(const RawMail& raw, const MailHeaders& headers, const Mail& unread) {
    if (raw.alone || has_bare_diff(raw.text)) return true;
    if (unread.subject.reply) return false;
    const std::string encoding = lower_case(headers.value("content-transfer-encoding"));
    const bool encoded = encoding == "base64" || encoding == "quoted-printable" || headers.value("subject").find("=?") != std::string::npos;
    return encoded || unread.flowed || lower_case(headers.value("content-type")).starts_with("multipart/");
}

/// One that names a character set nobody knows, or holds other bytes than it says, is most often UTF-8.
Result<MailInfo> decode(const RawMail& raw, const MailHeaders& headers, const fs::path& scratch, Mail& out) {
    auto info = mailinfo(raw, Reading::plain, scratch);
    if (info || interrupted()) return info;
    auto as_it_comes = mailinfo(raw, Reading::as_it_comes, scratch);
    if (!as_it_comes || !is_utf8(as_it_comes->message) || !is_utf8(as_it_comes->author)) return info;
    const std::string charset = charset_of(headers.value("content-type"));
    out.remarks.push_back(charset.empty() ? "its characters were read as UTF-8" : fmt::format("it cannot be read as \"{}\", which it says it is written in, and was read as UTF-8", excerpt(charset)));
    return as_it_comes;
}

/// The list's address is no author; Reply-To names the one who sent it.
Status find_sender(const RawMail& raw, const MailHeaders& headers, const fs::path& scratch, MailInfo& info, Mail& out) {
    const std::string name = name_before_via(info.author);
    if (name.empty()) return {};
    const std::string sender = sender_behind_list(headers, name, info.email);
    if (sender.empty()) return {};
    RawMail only_headers = raw;
    only_headers.text = with_sender(std::string_view(raw.text).substr(0, raw.text.find("\n\n")), sender) + "\n\n";
    auto decoded = mailinfo(only_headers, Reading::plain, scratch);
    if (!decoded) return forward(decoded);
    info.email = decoded->email;
    info.author = decoded->author == decoded->email ? name : decoded->author;
    out.remarks.push_back(fmt::format("its author is from Reply-To, {}: a list passed it on under its own address", excerpt(info.author)));
    return {};
}

/// Patches that stand whole inside of the body, after the mail that carries them.
Result<std::vector<Mail>> parse_attached(std::string_view body, const RawMail& raw, const Mail& carrier, const fs::path& scratch) {
    std::vector<Mail> out;
    const auto attached = split_mails(body, raw.origin);
    if (attached.size() > kMostAttached) return fail("read", raw.origin, fmt::format("{} patches are attached to it, at most {} are read", attached.size(), kMostAttached));
    for (const auto& inner : attached) {
        RawMail one = raw;
        one.text = inner.text;
        auto mails = parse_single(one, scratch, Attached::is_one);
        if (!mails) return mails;
        for (auto& mail : *mails) {
            mail.references = carrier.references;
            mail.subject.reply |= carrier.subject.reply;
            out.push_back(std::move(mail));
        }
    }
    return out;
}

/// Headers in the body, and scissors above them.
Status read_inbody(const RawMail& raw, const fs::path& scratch, MailInfo& info, Mail& out) {
    const auto below = below_scissors(info.message);
    // In a patch they are as often the edges of a quoted log.
    out.scissors = below && (out.subject.reply || begins_with_inbody_header(*below));
    if (!out.scissors && !begins_with_inbody_header(info.message)) return {};
    auto inner = mailinfo(raw, out.scissors ? Reading::scissors : Reading::inbody, scratch);
    if (!inner) return forward(inner);
    const auto subject = parse_patch_subject(inner->subject);
    const bool reply = out.subject.reply;
    if (out.scissors && !subject.title.empty()) out.subject = subject;
    if (!subject.title.empty()) out.subject.title = subject.title;
    out.subject.reply = reply;
    info = std::move(*inner);
    return {};
}

Result<std::vector<Mail>> parse_decoded(const RawMail& raw, const MailHeaders& headers, const fs::path& scratch, Attached attached) {
    Mail out = of_headers(raw, headers);
    auto info = decode(raw, headers, scratch, out);
    if (!info && interrupted()) return forward(info);
    if (!info) {
        out.damage = info.error();
        return std::vector<Mail>{std::move(out)};
    }
    out.subject = parse_patch_subject(info->subject);
    const std::string content_type = headers.value("content-type");
    const std::string body = info->message + info->patch;
    std::vector<Mail> all;
    if (const size_t at = embedded_patch(body); at != std::string::npos && attached == Attached::look) {
        auto mails = parse_attached(std::string_view(body).substr(at), raw, out, scratch);
        if (!mails) return mails;
        all = std::move(*mails);
        info->patch.clear();
        info->message = body.substr(0, at);
    }
    read_diff(diff_as_utf8(info->patch, content_type), raw.strip, out);
    if (!out.diff.files.empty()) {
        // Headers in the body count more than those of the mail; what no character set fits was read with them.
        if (auto s = out.remarks.empty() ? read_inbody(raw, scratch, *info, out) : Status(); !s) return forward(s);
        if (auto s = find_sender(raw, headers, scratch, *info, out); !s) return forward(s);
    }
    out.author = author_of(*info);
    out.date = info->date;
    out.message = trim(info->message);
    all.insert(all.begin(), std::move(out));
    return all;
}

Result<std::vector<Mail>> parse_single(const RawMail& raw, const fs::path& scratch, Attached attached) {
    const MailHeaders headers(raw.text);
    if (!headers.of_mail() || read_dep3(raw.text)) return std::vector<Mail>{bare_diff(raw)};
    Mail unread = of_headers(raw, headers);
    if (!is_worth_decoding(raw, headers, unread)) return std::vector<Mail>{std::move(unread)};
    return parse_decoded(raw, headers, scratch, attached);
}

}  // namespace

std::string Mail::name() const {
    if (subject.title.empty()) return origin;
    return excerpt(subject.tagged ? subject.tag() + " " + subject.title : subject.title);
}

Result<std::vector<Mail>> parse_mail(const RawMail& raw, const fs::path& scratch) {
    if (raw.text.size() > kLargestMailBytes) {
        Mail out = of_headers(raw, MailHeaders(std::string_view(raw.text).substr(0, kLargestMailBytes)));
        out.damage = fail("read", raw.origin, fmt::format("it has {}: is this a mail?", human_bytes(static_cast<double>(raw.text.size())))).value();
        return std::vector<Mail>{std::move(out)};
    }
    auto out = parse_single(raw, scratch, Attached::look);
    if (!out) return out;
    for (auto& mail : *out) {
        mail.alone = raw.alone;
        if (!raw.listed) continue;
        mail.references.clear();
        mail.message_id.clear();
        mail.subject.reply = mail.subject.resend = false;
        mail.subject.version = {};
        mail.subject.number = mail.subject.total = -1;
    }
    return out;
}

}  // namespace diobench
