// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/follow/reply_mail.h"

#include <algorithm>
#include <set>

#include "bench/common/base/text.h"
#include "bench/host/kernel/mail_headers.h"

namespace diobench {

namespace {

/// Of which mail programs make 78 columns.
constexpr size_t kHeaderColumns = 76;

std::string line_wrapped(std::string_view line, size_t columns) {
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string begin(indent, ' ');
    std::string out;
    std::string now = begin;
    bool empty = true;
    for (const auto& word : split(line.substr(indent), ' ')) {
        if (!empty && now.size() + 1 + word.size() > columns) {
            while (now.ends_with(' ')) now.pop_back();
            out += now + "\n";
            now = begin;
            empty = true;
        }
        if (!empty) now += ' ';
        now += word;
        empty = false;
    }
    return out + now + "\n";
}

/// "Name: a, b", folded between the parts.
std::string header(std::string_view name, const std::vector<std::string>& parts, std::string_view separator) {
    if (parts.empty()) return {};
    std::string out = std::string(name) + ":";
    size_t column = out.size();
    for (size_t i = 0; i < parts.size(); ++i) {
        const std::string part = parts[i] + (i + 1 < parts.size() ? std::string(separator) : std::string());
        if (i > 0 && column + 1 + part.size() > kHeaderColumns) {
            out += "\n";
            column = 0;
        }
        out += " " + part;
        column += 1 + part.size();
    }
    return out + "\n";
}

/// Whoever shall read the answer.
struct Readers {
    std::vector<std::string> to;
    std::vector<std::string> cc;
};

Readers readers_of(const MailHeaders& headers, std::string_view from) {
    const std::string sender = headers.value("from");
    const size_t open = sender.find('<');
    const std::string name = name_before_via(trim(std::string_view(sender).substr(0, open)));
    const std::string list = name.empty() ? std::string() : plain_address(sender);
    const std::string behind = name.empty() ? std::string() : sender_behind_list(headers, name, list);
    std::set<std::string> known = {plain_address(from), ""};
    Readers out;
    const auto add = [&](std::vector<std::string>& into, const std::string& address) {
        if (known.insert(plain_address(address)).second) into.push_back(address);
    };
    add(out.to, behind.empty() ? sender : behind);
    if (!list.empty()) add(out.cc, list);
    for (const char* which : {"reply-to", "to", "cc"})
        for (const auto& address : addresses_in(headers.value(which))) add(out.cc, address);
    return out;
}

}  // namespace

std::string wrapped(std::string_view text, size_t columns) {
    std::string out;
    while (text.ends_with('\n')) text.remove_suffix(1);
    for (const auto& line : split(text, '\n')) out += line.size() <= columns ? line + "\n" : line_wrapped(line, columns);
    return out;
}

std::string reply_mail(std::string_view answered, std::string_view from, std::string_view body) {
    const MailHeaders headers(answered);
    const Readers readers = readers_of(headers, from);
    const std::string subject = headers.value("subject");
    const std::string id = headers.message_id();
    std::vector<std::string> references;
    for (const auto& one : headers.references()) references.push_back("<" + one + ">");
    if (!id.empty()) references.push_back("<" + id + ">");
    std::string out = from.empty() ? std::string() : "From: " + std::string(from) + "\n";
    out += header("To", readers.to, ",") + header("Cc", readers.cc, ",");
    out += header("Subject", split(lower_case(subject).starts_with("re:") ? subject : "Re: " + subject, ' '), "");
    if (!id.empty()) out += "In-Reply-To: <" + id + ">\n";
    out += header("References", references, "");
    out += "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n";
    return out + wrapped(body);
}

}  // namespace diobench
