// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/patch_subject.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <vector>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr int kMostPatches = 9999;
/// "v6.12" is a kernel; nobody sends a patch again ten times without a new version.
constexpr int kMostPoints = 9;
constexpr std::string_view kWideColon = "\xEF\xBC\x9A";  // U+FF1A, of Chinese mail programs

bool read_number(std::string_view text, int& out) {
    const char* end = text.data() + text.size();
    auto [at, ec] = std::from_chars(text.data(), end, out);
    return ec == std::errc() && at == end && out >= 0;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) { return std::find(words.begin(), words.end(), word) != words.end(); }

bool is_reply_mark(std::string_view mark) {
    // "Re[2]:"
    if (mark.starts_with("re[") && mark.ends_with("]")) return true;
    return is_one_of(mark, {"re", "aw", "fwd", "fw", "sv", "wg", "antw", "回复", "答复", "转发"});
}

/// Takes the marks of replies and forwards off the front.
bool take_reply_marks(std::string_view& text) {
    bool found = false;
    for (;;) {
        text = trim(text);
        const size_t narrow = text.find(':');
        const size_t wide = text.find(kWideColon);
        const size_t colon = std::min(narrow, wide);
        if (colon == std::string_view::npos || !is_reply_mark(lower_case(trim(text.substr(0, colon))))) return found;
        text.remove_prefix(colon + (colon == wide ? kWideColon.size() : 1));
        found = true;
    }
}

/// The words of the brackets, one after the other.
class BracketReader {
public:
    explicit BracketReader(PatchSubject& out) : out_(out) {}

    void read(std::string_view bracket) {
        std::string text = lower_case(bracket);
        std::replace_if(text.begin(), text.end(), [](char c) { return is_one_of(std::string_view(&c, 1), {",", ";", ":", "[", "(", ")", "#", "\t"}); }, ' ');
        words_.clear();
        for (auto& word : split(text, ' '))
            if (!word.empty()) words_.push_back(std::move(word));
        for (size_t i = 0; i < words_.size(); ++i) i += read_word(i);
    }

private:
    /// Reads the word at `i`; returns how many of those behind it belong to it.
    size_t read_word(size_t i) {
        const std::string& word = words_[i];
        if (i + 2 < words_.size() && is_one_of(words_[i + 1], {"of", "/"}) && take_number(word, words_[i + 2])) return 2;
        if (i + 1 < words_.size() && is_one_of(word, {"v", "ver", "version", "rev", "revision"}) && take_version(words_[i + 1])) return 1;
        if (word.starts_with("v") && take_point(std::string_view(word).substr(1))) return 0;
        // "PATCH-v2", "v2-RESEND", "PATCHv2-3/6".
        for (const auto& part : split(word, '-')) read_part(part);
        return 0;
    }

    void read_part(std::string_view part) {
        for (std::string_view tag : {"patchset", "patches", "patch", "rfc"}) {
            const bool whole = part == tag;
            // "PATCHv2", "PATCH1/2"; "patchwork" is another word.
            const bool glued = part.size() > tag.size() && part.starts_with(tag) && (part[tag.size()] == 'v' || std::isdigit(static_cast<unsigned char>(part[tag.size()])) != 0);
            if (!whole && !glued) continue;
            out_.tagged = true;
            part.remove_prefix(tag.size());
            break;
        }
        if (is_one_of(part, {"resend", "resent", "repost", "reposted"})) out_.resend = true;
        if (const size_t slash = part.find('/'); slash != std::string_view::npos) take_number(part.substr(0, slash), part.substr(slash + 1));
        for (std::string_view mark : {"version", "ver", "rev", "v"})
            if (part.starts_with(mark) && take_version(part.substr(mark.size()))) return;
    }

    bool take_number(std::string_view number_text, std::string_view total_text) {
        int number = 0;
        int total = 0;
        if (!read_number(number_text, number) || !read_number(total_text, total) || number > total || total < 1 || total > kMostPatches) return false;
        out_.number = number;
        out_.total = total;
        return true;
    }

    bool take_version(std::string_view text) {
        int number = 0;
        if (!read_number(text, number)) return false;
        out_.version = {std::max(1, number), 0};
        plain_version_ = true;
        return true;
    }

    /// "3.1"; what is a kernel's name, such as "6.12", and what stands beside a whole number, such as "6.1 v2", is none.
    bool take_point(std::string_view text) {
        const auto version = parse_patch_version(text);
        if (!version || version->point == 0 || version->point > kMostPoints) return false;
        if (!plain_version_) out_.version = *version;
        return true;
    }

    PatchSubject& out_;
    std::vector<std::string> words_;
    bool plain_version_ = false;
};

}  // namespace

std::string PatchVersion::name() const { return point == 0 ? fmt::format("{}", number) : fmt::format("{}.{}", number, point); }

std::optional<PatchVersion> parse_patch_version(std::string_view text) {
    if (text.starts_with('v') || text.starts_with('V')) text.remove_prefix(1);
    const size_t dot = text.find('.');
    PatchVersion out;
    if (!read_number(text.substr(0, dot), out.number) || out.number < 1) return {};
    if (dot != std::string_view::npos && !read_number(text.substr(dot + 1), out.point)) return {};
    return out;
}

std::string PatchSubject::tag() const {
    std::string out = resend ? "[PATCH RESEND" : "[PATCH";
    if (version != PatchVersion{}) out += " v" + version.name();
    if (numbered()) out += fmt::format(" {}/{}", number, total);
    return out + "]";
}

PatchSubject parse_patch_subject(std::string_view subject) {
    PatchSubject out;
    BracketReader reader(out);
    out.reply = take_reply_marks(subject);
    while (subject.starts_with('[')) {
        // "[[PATCH] x" has more that open than close.
        const size_t end = subject.find(']');
        if (end == std::string_view::npos) break;
        reader.read(subject.substr(1, end - 1));
        subject.remove_prefix(end + 1);
        // "[list] Re: [PATCH] x"; "[PATCH] fw: x" is a patch for something called fw.
        if (!out.tagged) out.reply |= take_reply_marks(subject);
        subject = trim(subject);
        // "[PATCH 1/2]: x"
        if (subject.starts_with(": ") || subject.starts_with("- ")) subject = trim(subject.substr(2));
    }
    out.title = std::string(subject);
    return out;
}

}  // namespace diobench
