// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/dep3.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

using Dep3Fields = std::map<std::string, std::string>;

/// Where the text of a patch ends and its diff begins.
bool ends_text(std::string_view line) { return line == "---" || line.starts_with("--- ") || line.starts_with("diff ") || line.starts_with("Index: "); }

std::string_view take_line(std::string_view& text) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

/// The others (Origin, Forwarded, Bug-Debian...) are for the distribution.
bool is_of_use_in_dep3(std::string_view name) {
    static constexpr std::string_view kNames[] = {"description", "subject", "author", "from", "last-update", "date", "message-id"};
    return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// The fields; takes them off `text` with the empty line behind them.  Empty: it begins with something else.
Dep3Fields take_fields(std::string_view& text) {
    Dep3Fields out;
    std::string ignored;  // of one that comes twice, or is of no use
    std::string* last = nullptr;
    while (!text.empty()) {
        std::string_view rest = text;
        const std::string_view line = take_line(rest);
        if (ends_text(line)) return out;
        text = rest;
        if (trim(line).empty() && last == nullptr) continue;
        if (line.empty()) return out;
        if (line[0] == ' ' || line[0] == '\t') {
            if (last == nullptr) return {};
            // A lone dot is an empty line, as in a control file.
            const std::string_view value = trim(line);
            last->append(1, '\n').append(value == "." ? std::string_view() : value);
            continue;
        }
        const size_t colon = line.find(':');
        const std::string_view name = line.substr(0, colon);
        const bool field = colon != std::string_view::npos && colon > 0 && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
        if (!field) return {};
        last = &ignored;
        const std::string key = lower_case(name);
        if (!is_of_use_in_dep3(key)) continue;
        const auto [at, fresh] = out.emplace(key, trim(line.substr(colon + 1)));
        if (fresh) last = &at->second;
    }
    return out;
}

std::string field_of(const Dep3Fields& fields, const char* name, const char* other) {
    for (const char* key : {name, other})
        if (auto at = fields.find(key); at != fields.end() && !at->second.empty()) return at->second;
    return {};
}

/// "2026-03-02"
bool is_day(std::string_view text) {
    static constexpr std::string_view kShape = "0000-00-00";
    return text.size() == kShape.size() && std::equal(text.begin(), text.end(), kShape.begin(), [](unsigned char c, char shape) { return shape == '0' ? std::isdigit(c) != 0 : c == '-'; });
}

}  // namespace

std::optional<Dep3Header> read_dep3(std::string_view text) {
    const Dep3Fields fields = take_fields(text);
    if ((!fields.contains("description") && !fields.contains("author")) || fields.contains("message-id")) return {};
    Dep3Header out;
    const std::string description = field_of(fields, "description", "subject");
    const size_t end = std::min(description.find('\n'), description.size());
    out.title = trim(description.substr(0, end));
    out.message = trim(description.substr(end));
    out.author = field_of(fields, "author", "from");
    out.author = trim(out.author.substr(0, out.author.find('\n')));
    if (const std::string day = field_of(fields, "last-update", "date"); is_day(day)) out.date = day + " 00:00:00 +0000";
    std::string more;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (ends_text(line)) break;
        more.append(line).append(1, '\n');
    }
    if (!trim(more).empty()) out.message += (out.message.empty() ? "" : "\n\n") + std::string(trim(more));
    return out;
}

}  // namespace diobench
