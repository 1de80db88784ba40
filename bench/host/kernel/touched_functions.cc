// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/touched_functions.h"

#include <algorithm>
#include <cctype>

#include "bench/common/base/files.h"

namespace diobench {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// "static ssize_t f(struct kiocb *iocb," is f; empty for a line that begins no function.
std::string defined_function(std::string_view line) {
    if (line.empty() || !(std::isalpha(static_cast<unsigned char>(line.front())) || line.front() == '_') || line.ends_with(';')) return "";
    const size_t open = line.find('(');
    if (open == std::string_view::npos) return "";
    size_t end = open;
    while (end > 0 && line[end - 1] == ' ') --end;
    size_t begin = end;
    while (begin > 0 && is_word(line[begin - 1])) --begin;
    return std::string(line.substr(begin, end - begin));
}

/// What git found before the hunk: the text behind the second "@@".
std::string function_before(const Hunk& hunk) {
    const size_t end = hunk.header.find("@@", 2);
    if (end == std::string::npos || end + 3 > hunk.header.size()) return "";
    return defined_function(std::string_view(hunk.header).substr(end + 3));
}

/// A label or a preprocessor line begins at the first column as well, and does not end a function.
bool ends_function(std::string_view line) { return line.starts_with('}'); }

void add_functions(const Hunk& hunk, std::set<std::string>& out) {
    std::string function = function_before(hunk);
    for (const std::string& line : hunk.lines) {
        if (line.empty() || line.front() == '\\') continue;
        const std::string_view code = std::string_view(line).substr(1);
        if (std::string begun = defined_function(code); !begun.empty()) function = std::move(begun);
        if (line.front() != ' ' && !function.empty() && code.find_first_not_of(" \t") != std::string_view::npos) out.insert(function);
        if (ends_function(code)) function.clear();
    }
}

Result<std::set<std::string>> patch_texts(const std::vector<Series>& chain) {
    std::set<std::string> out;
    for (const Series& series : chain)
        for (const fs::path& patch : series.patches) {
            auto text = read_file(patch);
            if (!text) return forward(text);
            out.insert(std::move(*text));
        }
    return out;
}

}  // namespace

std::set<std::string> touched_functions(const UnifiedDiff& diff) {
    std::set<std::string> out;
    for (const FileDiff& file : diff.files)
        for (const Hunk& hunk : file.hunks) add_functions(hunk, out);
    return out;
}

Result<std::set<std::string>> functions_between(const std::vector<Series>& baseline, const std::vector<Series>& candidate) {
    auto before = patch_texts(baseline);
    if (!before) return forward(before);
    auto after = patch_texts(candidate);
    if (!after) return forward(after);
    std::vector<std::string> different;
    std::set_symmetric_difference(before->begin(), before->end(), after->begin(), after->end(), std::back_inserter(different));
    std::set<std::string> out;
    for (const std::string& text : different) {
        auto diff = parse_unified_diff(text);
        if (!diff) return forward(diff);
        out.merge(touched_functions(*diff));
    }
    return out;
}

Result<size_t> patches_between(const std::vector<Series>& baseline, const std::vector<Series>& candidate) {
    auto before = patch_texts(baseline);
    if (!before) return forward(before);
    auto after = patch_texts(candidate);
    if (!after) return forward(after);
    std::vector<std::string> added;
    std::set_difference(after->begin(), after->end(), before->begin(), before->end(), std::back_inserter(added));
    return added.size();
}

}  // namespace diobench
