// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/unified_diff.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/host/kernel/excerpt.h"

namespace diobench {

namespace {

constexpr std::string_view kNull = "/dev/null";
/// Ten times the largest patch of a kernel that is not generated.
constexpr size_t kMostLines = 1'000'000;

std::vector<std::string> side_of(const Hunk& hunk, char other) {
    std::vector<std::string> out;
    for (const auto& line : hunk.lines)
        if (line[0] != other && line[0] != '\\') out.push_back(line.substr(1));
    return out;
}

/// "12,3" or "12" -> numbers; false if it is neither.
bool read_range(std::string_view text, size_t& first, size_t& count) {
    count = 1;
    const char* end = text.data() + text.size();
    auto [at, ec] = std::from_chars(text.data(), end, first);
    if (ec != std::errc()) return false;
    if (at == end) return true;
    if (*at != ',') return false;
    auto [last, ec2] = std::from_chars(at + 1, end, count);
    return ec2 == std::errc() && last == end;
}

struct HunkRange {
    size_t old_line = 0, old_count = 0, new_line = 0, new_count = 0;
};

bool read_hunk_header(std::string_view line, HunkRange& out) {
    if (!line.starts_with("@@ -")) return false;
    const size_t plus = line.find(" +", 4);
    const size_t end = line.find(" @@", 4);
    if (plus == std::string_view::npos || end == std::string_view::npos || end < plus) return false;
    return read_range(line.substr(4, plus - 4), out.old_line, out.old_count) &&
           read_range(line.substr(plus + 2, end - plus - 2), out.new_line, out.new_count);
}

/// The name in a "--- " or "+++ " line, without the time stamp that diff -u puts behind it.
std::string_view header_name(std::string_view text) { return trim(text.substr(0, text.find('\t'))); }

/// A name without its first component; "../x" and "/x" stay as they are, to be refused.
std::string strip_first(std::string_view name) {
    const size_t slash = name.find('/');
    if (slash == 0 || slash == std::string_view::npos || name.starts_with("../")) return std::string(name);
    return std::string(name.substr(slash + 1));
}

/// The two names of "diff --git A B": equal but for their first component, so that
/// a space in them leaves one way to cut.
bool git_names(std::string_view rest, std::string& a, std::string& b) {
    constexpr size_t kLongest = 2 * 4096;
    constexpr int kMostSpaces = 64;
    if (rest.size() > kLongest) return false;
    int tried = 0;
    for (size_t space = rest.find(' '); space != std::string_view::npos && tried < kMostSpaces; space = rest.find(' ', space + 1), ++tried) {
        const std::string_view first = rest.substr(0, space);
        const std::string_view second = rest.substr(space + 1);
        if (first == second || strip_first(first) == strip_first(second)) {
            a = first;
            b = second;
            return true;
        }
    }
    const size_t space = rest.find(' ');
    if (space == std::string_view::npos) return false;
    a = rest.substr(0, space);
    b = rest.substr(space + 1);
    return true;
}

/// Goes through the lines of a patch once; `text` must outlive it.
class DiffReader {
public:
    DiffReader(std::string_view text, int strip) : strip_(strip) {
        if (text.ends_with('\n')) text.remove_suffix(1);
        for (size_t from = 0; from <= text.size() && lines_.size() <= kMostLines;) {
            const size_t end = std::min(text.find('\n', from), text.size());
            lines_.push_back(text.substr(from, end - from));
            from = end + 1;
        }
        // A mail's CRLF; a patch whose every line has it is no patch of a file with CRLF.
        const bool crlf = std::all_of(lines_.begin(), lines_.end(), [](const auto& line) { return line.empty() || line.ends_with('\r'); });
        if (crlf)
            for (auto& line : lines_)
                if (!line.empty()) line.remove_suffix(1);
    }

    Result<UnifiedDiff> read() {
        if (lines_.size() > kMostLines) return fail("read patch", "", fmt::format("it has more than {} lines: is this a patch?", kMostLines));
        while (at_ < lines_.size()) {
            if (lines_[at_].starts_with("diff --git ")) {
                if (auto s = read_git_file(); !s) return forward(s);
            } else if (begins_plain_file()) {
                begin_plain_file();
                if (auto s = read_contents(); !s) return forward(s);
            } else {
                ++at_;
            }
        }
        return std::move(out_);
    }

private:
    [[nodiscard]] bool line_starts(size_t at, std::string_view with) const { return at < lines_.size() && lines_[at].starts_with(with); }
    [[nodiscard]] bool begins_plain_file() const {
        return line_starts(at_, "--- ") && line_starts(at_ + 1, "+++ ") && line_starts(at_ + 2, "@@ -");
    }

    void take() { take(lines_[at_]); }
    void take(std::string_view instead) {
        out_.text.append(instead).append(1, '\n');
        file().text.append(instead).append(1, '\n');
        ++at_;
    }
    FileDiff& file() { return out_.files.back(); }

    /// Whether git apply -p1 understands the names as they are.
    [[nodiscard]] bool strips_one() const { return strip_ == 1 && !no_prefix_; }
    /// "--- x" with the prefix that git apply -p1 takes off.
    [[nodiscard]] std::string with_prefix(std::string_view key, std::string_view name, std::string_view prefix) const {
        if (name == kNull || strips_one()) return fmt::format("{}{}", key, name);
        return fmt::format("{}{}{}", key, prefix, plain_name(name));
    }
    [[nodiscard]] std::string plain_name(std::string_view name) const {
        if (name == kNull) return {};
        std::string out(name);
        for (int i = 0; i < strip_ && !no_prefix_; ++i) out = strip_first(out);
        return out;
    }

    void begin_plain_file() {
        const auto old_name = header_name(lines_[at_].substr(4));
        const auto new_name = header_name(lines_[at_ + 1].substr(4));
        no_prefix_ = false;
        out_.files.push_back({plain_name(old_name), plain_name(new_name), {}, {}, false, false, false, {}, {}});
        take(with_prefix("--- ", old_name, "a/"));
        take(with_prefix("+++ ", new_name, "b/"));
    }

    Status read_git_file() {
        std::string a;
        std::string b;
        if (!git_names(trim(lines_[at_].substr(11)), a, b))
            return fail("read patch", "line " + std::to_string(at_ + 1), fmt::format("\"{}\" names no files", excerpt(lines_[at_])));
        no_prefix_ = a == b;
        out_.files.push_back({plain_name(a), plain_name(b), {}, {}, false, false, false, {}, {}});
        take(strips_one() ? std::string(lines_[at_]) : fmt::format("diff --git a/{} b/{}", plain_name(a), plain_name(b)));
        while (at_ < lines_.size() && read_extended_header(lines_[at_])) {}
        return read_contents();
    }

    /// One line between "diff --git" and the first hunk; false: it is none.
    bool read_extended_header(std::string_view line) {
        auto value = [&](std::string_view key) { return std::string(trim(line.substr(key.size()))); };
        for (std::string_view key : {"old mode ", "deleted file mode "})
            if (line.starts_with(key)) file().old_mode = value(key);
        for (std::string_view key : {"new mode ", "new file mode "})
            if (line.starts_with(key)) file().new_mode = value(key);
        if (line.starts_with("new file mode ")) file().old_name.clear();
        if (line.starts_with("deleted file mode ")) file().new_name.clear();
        for (std::string_view key : {"rename from ", "copy from "})
            if (line.starts_with(key)) file().old_name = value(key);
        for (std::string_view key : {"rename to ", "copy to "})
            if (line.starts_with(key)) file().new_name = value(key);
        file().rename |= line.starts_with("rename ");
        file().copy |= line.starts_with("copy ");
        if (line.starts_with("GIT binary patch") || (line.starts_with("Binary files ") && line.ends_with(" differ"))) {
            file().binary = true;
            take();
            return true;
        }
        if (begins_plain_file()) {
            const auto old_name = header_name(lines_[at_].substr(4));
            const auto new_name = header_name(lines_[at_ + 1].substr(4));
            // These are the names that count for git apply.
            file().old_name = plain_name(old_name);
            file().new_name = plain_name(new_name);
            take(with_prefix("--- ", old_name, "a/"));
            take(with_prefix("+++ ", new_name, "b/"));
            return false;
        }
        static constexpr std::string_view kKnown[] = {"old mode ", "new mode ", "deleted file mode ", "new file mode ", "rename ", "copy ",
                                                      "similarity index ", "dissimilarity index ", "index "};
        if (std::none_of(std::begin(kKnown), std::end(kKnown), [&](std::string_view key) { return line.starts_with(key); })) return false;
        take();
        return true;
    }

    Status read_contents() {
        HunkRange range;
        while (at_ < lines_.size() && read_hunk_header(lines_[at_], range)) {
            file().hunks.push_back({std::string(lines_[at_]), range.old_line, {}});
            take();
            if (auto s = read_hunk(range.old_count, range.new_count); !s) return s;
        }
        if (line_starts(at_, "@@ -"))
            return fail("read patch", file().name(), fmt::format("line {}, \"{}\", is the damaged header of hunk {}", at_ + 1, excerpt(lines_[at_]), file().hunks.size() + 1));
        return {};
    }

    Status read_hunk(size_t old_left, size_t new_left) {
        Hunk& hunk = file().hunks.back();
        while (old_left > 0 || new_left > 0) {
            if (at_ >= lines_.size()) return damaged(hunk, "the patch ends in the middle of it");
            // Mail programs take the blank off an empty line of context.
            const std::string_view line = lines_[at_].empty() ? " " : lines_[at_];
            const size_t old_step = line[0] == ' ' || line[0] == '-';
            const size_t new_step = line[0] == ' ' || line[0] == '+';
            if (line[0] != '\\' && (old_step > old_left || new_step > new_left || old_step + new_step == 0))
                return damaged(hunk, fmt::format("line {} of the patch, \"{}\", is no line of it: was a long line wrapped by a mail program?",
                                                 at_ + 1, excerpt(trim(line))));
            old_left -= old_step;
            new_left -= new_step;
            hunk.lines.emplace_back(line);
            take(line);
        }
        if (line_starts(at_, "\\ ")) {
            hunk.lines.emplace_back(lines_[at_]);
            take();
        }
        return {};
    }

    [[nodiscard]] Status damaged(const Hunk& hunk, const std::string& how) {
        return fail("read patch", file().name(), fmt::format("hunk {} ({}) is damaged: {}", file().hunks.size(), excerpt(hunk.header), how));
    }

    std::vector<std::string_view> lines_;
    size_t at_ = 0;
    int strip_;
    bool no_prefix_ = false;
    UnifiedDiff out_;
};

/// Why a patch may not touch `name`; empty if it may.
std::string refusal(const std::string& name) {
    if (name.empty()) return {};
    if (name.front() == '"') return "a name with unusual characters";
    if (name.front() == '/') return "an absolute path";
    for (const auto& part : split(name, '/')) {
        std::string lower;
        for (unsigned char c : part) lower += static_cast<char>(std::tolower(c));
        if (part == ".." || part == "." || part.empty()) return "a path that leaves the tree";
        if (lower == ".git" || lower == "git~1") return "a path into git's own folder";
    }
    if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '\\'; })) return "a name with unusual characters";
    return {};
}

}  // namespace

std::vector<std::string> Hunk::old_lines() const { return side_of(*this, '+'); }
std::vector<std::string> Hunk::new_lines() const { return side_of(*this, '-'); }

Result<UnifiedDiff> parse_unified_diff(std::string_view text, int strip) { return DiffReader(text, strip).read(); }

Status check_safe(const UnifiedDiff& diff) {
    for (const auto& file : diff.files) {
        for (const auto& name : {file.old_name, file.new_name})
            if (auto why = refusal(name); !why.empty())
                return fail("take patch of", name, "it is " + why + ", and a patch may only change files of the kernel tree");
        for (const auto& mode : {file.old_mode, file.new_mode}) {
            if (mode == "120000") return fail("take patch of", file.name(), "it makes or changes a symbolic link, and a patch may only change regular files");
            if (mode == "160000") return fail("take patch of", file.name(), "it changes a submodule, and a patch may only change regular files");
        }
        if (file.binary) return fail("take patch of", file.name(), "it is a binary patch, and only text can be reviewed and applied");
    }
    return {};
}

}  // namespace diobench
