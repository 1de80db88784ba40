// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/mail_headers.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// More than the longest chain of answers that a header names.
constexpr size_t kMostReferences = 100;

/// The others tell nothing of a patch.
bool is_of_use(std::string_view name) {
    static constexpr std::string_view kNames[] = {"from", "subject", "message-id", "references", "in-reply-to", "content-type", "content-transfer-encoding", "reply-to", "x-original-from", "to", "cc"};
    return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// "Subject: x" -> "subject"; empty: it is no header line.
std::string header_key(std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return {};
    const std::string_view name = line.substr(0, colon);
    const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
    return plain ? lower_case(name) : std::string();
}

bool continues_header(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

/// Everything between < and > in a header; of a long list the last.
std::vector<std::string> ids_in(std::string_view text) {
    std::vector<std::string> out;
    for (size_t end = text.size(); out.size() < kMostReferences;) {
        const size_t close = text.substr(0, end).rfind('>');
        const size_t open = close == std::string_view::npos ? close : text.substr(0, close).rfind('<');
        if (open == std::string_view::npos) break;
        out.emplace_back(text.substr(open + 1, close - open - 1));
        end = open;
    }
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace

std::vector<std::string> addresses_in(std::string_view text) {
    std::vector<std::string> out(1);
    bool quoted = false;
    for (char c : text) {
        if (c == '"') quoted = !quoted;
        if (c == ',' && !quoted)
            out.emplace_back();
        else
            out.back() += c;
    }
    for (auto& address : out) address = trim(address);
    return out;
}

std::string plain_address(std::string_view text) {
    const size_t open = text.rfind('<');
    if (open != std::string_view::npos) text = text.substr(open + 1, text.find('>', open) - open - 1);
    return text.find('@') == std::string_view::npos ? std::string() : lower_case(trim(text));
}

MailHeaders::MailHeaders(std::string_view text) {
    std::string* last = nullptr;
    for (size_t from = 0; from < text.size();) {
        const size_t end = std::min(text.find('\n', from), text.size());
        const std::string_view line = text.substr(from, end - from);
        from = end + 1;
        if (line.empty()) break;
        if (continues_header(line)) {
            if (last != nullptr) last->append(1, ' ').append(trim(line));
            continue;
        }
        const std::string name = header_key(line);
        if (name.empty()) {
            values_.clear();
            return;
        }
        last = nullptr;
        if (!is_of_use(name)) continue;
        const auto [at, fresh] = values_.emplace(name, trim(line.substr(name.size() + 1)));
        if (fresh) last = &at->second;
    }
}

bool MailHeaders::of_mail() const { return has("from") || has("subject") || has("message-id"); }

std::string MailHeaders::value(std::string_view name) const {
    auto at = values_.find(std::string(name));
    return at == values_.end() ? std::string() : at->second;
}

std::string MailHeaders::message_id() const {
    const auto ids = ids_in(value("message-id"));
    return ids.empty() ? std::string() : ids.front();
}

std::vector<std::string> MailHeaders::references() const {
    auto out = ids_in(value("references"));
    for (const auto& id : ids_in(value("in-reply-to"))) {
        out.erase(std::remove(out.begin(), out.end(), id), out.end());
        out.push_back(id);
    }
    return out;
}

std::string sender_behind_list(const MailHeaders& headers, std::string_view name, std::string_view list) {
    std::string out;
    for (const char* header : {"x-original-from", "reply-to"}) {
        for (const auto& address : addresses_in(headers.value(header))) {
            const std::string plain = plain_address(address);
            if (plain.empty() || plain == lower_case(list)) continue;
            if (!name.empty() && address.find(name) != std::string::npos) return address;
            if (out.empty()) out = address;
        }
    }
    return out;
}

std::string with_sender(std::string_view mail, std::string_view from) {
    std::string out = "From: " + std::string(from) + "\n";
    bool dropped = false;
    size_t at = 0;
    while (at < mail.size() && mail[at] != '\n') {
        const size_t end = std::min(mail.find('\n', at), mail.size() - 1);
        const std::string_view line = mail.substr(at, end + 1 - at);
        dropped = continues_header(line) ? dropped : header_key(line) == "from";
        if (!dropped) out += line;
        at = end + 1;
    }
    return out.append(mail.substr(at));
}

std::string name_before_via(std::string_view name) {
    const std::string lower = lower_case(name);
    const size_t at = std::min(lower.find(" via "), lower.find(" (via "));
    if (at == std::string::npos) return {};
    std::string_view out = trim(name.substr(0, at));
    if (out.size() > 2 && (out.front() == '\'' || out.front() == '"') && out.back() == out.front()) out = out.substr(1, out.size() - 2);
    return std::string(trim(out));
}

}  // namespace diobench
