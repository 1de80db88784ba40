// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/patch_subject.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

bool read_number(std::string_view text, int& out) {
    const char* end = text.data() + text.size();
    auto [at, ec] = std::from_chars(text.data(), end, out);
    return ec == std::errc() && at == end && out >= 0;
}

/// Takes the marks of replies and forwards off the front.
bool take_reply_marks(std::string_view& text) {
    static constexpr std::string_view kMarks[] = {"re", "aw", "fwd", "fw", "sv", "wg", "antw"};
    bool found = false;
    for (;;) {
        text = trim(text);
        const size_t colon = text.find(':');
        if (colon == std::string_view::npos) return found;
        const std::string mark = lower_case(trim(text.substr(0, colon)));
        if (std::find(std::begin(kMarks), std::end(kMarks), mark) == std::end(kMarks)) return found;
        text.remove_prefix(colon + 1);
        found = true;
    }
}

/// One word of a bracket: "PATCH", "v2", "3/6", "RFC", "RESEND".
void read_word(std::string_view word, PatchSubject& out) {
    const std::string text = lower_case(word);
    const size_t v = text.rfind('v');
    // "PATCHv2" is written as well.
    if (text.starts_with("patch") || text == "rfc" || text.starts_with("rfcv")) out.tagged = true;
    if (text == "resend" || text == "repost") out.resend = true;
    if (v != std::string::npos && (v == 0 || text.substr(0, v) == "patch" || text.substr(0, v) == "rfc")) {
        int version = 0;
        if (read_number(std::string_view(text).substr(v + 1), version)) out.version = std::max(1, version);
    }
    const size_t slash = text.find('/');
    int number = 0;
    int total = 0;
    if (slash != std::string::npos && read_number(text.substr(0, slash), number) && read_number(text.substr(slash + 1), total) &&
        number <= total && total <= 9999) {
        out.number = number;
        out.total = total;
    }
}

}  // namespace

std::string PatchSubject::tag() const {
    std::string out = "[PATCH";
    if (version > 1) out += fmt::format(" v{}", version);
    if (numbered()) out += fmt::format(" {}/{}", number, total);
    return out + "]";
}

PatchSubject parse_patch_subject(std::string_view subject) {
    PatchSubject out;
    out.reply = take_reply_marks(subject);
    while (subject.starts_with('[')) {
        const size_t end = subject.find(']');
        if (end == std::string_view::npos) break;
        std::string words(subject.substr(1, end - 1));
        std::replace(words.begin(), words.end(), ',', ' ');
        for (const auto& word : split(words, ' '))
            if (!word.empty()) read_word(word, out);
        subject.remove_prefix(end + 1);
        out.reply |= take_reply_marks(subject);
        subject = trim(subject);
    }
    out.title = std::string(subject);
    return out;
}

}  // namespace diobench
