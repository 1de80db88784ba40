// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/merge_hunks.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/git.h"
#include "bench/host/kernel/near_lines.h"

namespace diobench {

namespace {

constexpr size_t kMostFuzz = 2;
/// Less than this in common, and a merge could land in another function.
constexpr double kSimilarEnough = 0.6;

using Lines = std::vector<std::string>;

Lines slice(const Lines& lines, size_t from, size_t to) { return {lines.begin() + static_cast<std::ptrdiff_t>(from), lines.begin() + static_cast<std::ptrdiff_t>(to)}; }

std::string joined(const Lines& lines) {
    std::string out;
    for (const auto& line : lines) out += line + "\n";
    return out;
}

/// Lines of context at the front and at the end of a hunk.
std::pair<size_t, size_t> context_of(const Hunk& hunk) {
    auto context = [](const std::string& line) { return line[0] == ' '; };
    const auto front = std::find_if_not(hunk.lines.begin(), hunk.lines.end(), context) - hunk.lines.begin();
    const auto back = std::find_if_not(hunk.lines.rbegin(), hunk.lines.rend(), context) - hunk.lines.rbegin();
    return {static_cast<size_t>(front), static_cast<size_t>(back)};
}

Hunk without_context(const Hunk& hunk, size_t front, size_t back) {
    Hunk out = hunk;
    out.lines = slice(hunk.lines, front, hunk.lines.size() - back);
    out.old_line += front;
    return out;
}

class HunkMerger {
public:
    HunkMerger(const FileDiff& diff, std::string_view content, const fs::path& scratch) : diff_(diff), file_(lines_of(content)), scratch_(scratch) {}

    Result<MergedFile> run() {
        for (size_t i = 0; i < diff_.hunks.size(); ++i) {
            const Hunk& hunk = diff_.hunks[i];
            name_ = fmt::format("hunk {} of {}", i + 1, diff_.name());
            if (fit_exactly(hunk) || is_there_already(hunk) || fit_with_fuzz(hunk)) continue;
            auto merged = merge(hunk);
            if (!merged) return forward(merged);
        }
        out_.content = joined(file_);
        return std::move(out_);
    }

private:
    /// Where the hunk's header and what was found so far let it expect its lines.
    [[nodiscard]] size_t expected(const Hunk& hunk) const {
        const long line = static_cast<long>(hunk.old_line) - 1 + drift_;
        return static_cast<size_t>(std::clamp(line, 0L, static_cast<long>(file_.size())));
    }

    void replace(size_t at, size_t old_count, const Lines& lines) {
        file_.erase(file_.begin() + static_cast<std::ptrdiff_t>(at), file_.begin() + static_cast<std::ptrdiff_t>(at + old_count));
        file_.insert(file_.begin() + static_cast<std::ptrdiff_t>(at), lines.begin(), lines.end());
        done_ = at + lines.size();
    }

    bool fit(const Hunk& hunk, const std::string& how) {
        const Lines old = hunk.old_lines();
        if (old.empty() && !file_.empty()) return false;
        const size_t want = expected(hunk);
        const auto at = find_exactly(file_, old, want, done_);
        if (!at) return false;
        const long moved = static_cast<long>(*at) - static_cast<long>(want);
        std::vector<std::string> said;
        if (!how.empty()) said.push_back(how);
        if (moved != 0) said.push_back(fmt::format("moved by {:+} line{}", moved, std::abs(moved) == 1 ? "" : "s"));
        if (!said.empty()) say(fmt::format("{}, now at line {}", join(said, ", "), *at + 1));
        const Lines lines = hunk.new_lines();
        replace(*at, old.size(), lines);
        drift_ += moved + static_cast<long>(lines.size()) - static_cast<long>(old.size());
        return true;
    }

    bool fit_exactly(const Hunk& hunk) { return fit(hunk, ""); }

    bool is_there_already(const Hunk& hunk) {
        const bool adds = std::any_of(hunk.lines.begin(), hunk.lines.end(), [](const auto& line) { return line[0] == '+' && trim(std::string_view(line).substr(1)).size() > 2; });
        if (!adds) return false;
        const Lines lines = hunk.new_lines();
        const auto at = find_exactly(file_, lines, expected(hunk), done_);
        if (!at) return false;
        say(fmt::format("left out, since the source has it already (lines {}-{})", *at + 1, *at + lines.size()));
        done_ = *at + lines.size();
        return true;
    }

    bool fit_with_fuzz(const Hunk& hunk) {
        const auto [front, back] = context_of(hunk);
        for (size_t fuzz = 1; fuzz <= kMostFuzz; ++fuzz) {
            const size_t off_front = std::min(fuzz, front);
            const size_t off_back = std::min(fuzz, back);
            const Hunk less = without_context(hunk, off_front, off_back);
            if (less.old_lines().empty()) return false;
            if (fit(less, fmt::format("fits without its outermost {} of context", fuzz == 1 ? "line" : "two lines"))) return true;
        }
        return false;
    }

    [[nodiscard]] tl::unexpected<Error> misfit(const Hunk& hunk, const std::string& more) const {
        return fail("merge", name_, fmt::format("({}): {}; {}", hunk.header, more, describe_near(file_, hunk)));
    }

    /// The hunk from the first to the last of its lines of context or deletion that the file has.
    static Result<Hunk> common_part(const Hunk& hunk, const NearPlace& place) {
        size_t front = 0;
        size_t back = 0;
        for (size_t i = 0; i < place.match.size() && !place.match[i]; ++i) ++front;
        for (size_t i = place.match.size(); i-- > 0 && !place.match[i];) ++back;
        const auto [front_context, back_context] = context_of(hunk);
        if (front > front_context || back > back_context) return fail("merge", "", "its changed lines are not there");
        return without_context(hunk, front, back);
    }

    Status merge(const Hunk& hunk) {
        const NearPlace place = find_near(file_, hunk.old_lines(), expected(hunk));
        if (place.similarity < kSimilarEnough || place.first < done_) return misfit(hunk, "no place in the source is similar enough to merge it");
        auto part = common_part(hunk, place);
        if (!part) return misfit(hunk, "the source has changed where it begins or ends, so it cannot be merged");
        auto merged = merge_file(slice(file_, place.first, place.last + 1), part->old_lines(), part->new_lines());
        if (!merged) return forward(merged);
        if (!merged->has_value()) return misfit(hunk, "it changes lines that the source has changed too, so it cannot be merged");
        const long want = static_cast<long>(expected(*part));
        say(fmt::format("merged into lines {}-{}, which differ from its context{}", place.first + 1, place.last + 1, difference(hunk, place)));
        const long old_size = static_cast<long>(place.last + 1 - place.first);
        replace(place.first, static_cast<size_t>(old_size), **merged);
        drift_ += static_cast<long>(place.first) - want + static_cast<long>((*merged)->size()) - static_cast<long>(part->old_lines().size());
        return {};
    }

    /// ": the source has no "x"" for the first line that is not there.
    [[nodiscard]] std::string difference(const Hunk& hunk, const NearPlace& place) const {
        if (!place.missing) return ": the source has other lines in between";
        return fmt::format(": the source has no \"{}\"", trim(hunk.old_lines()[*place.missing]));
    }

    /// Nothing: a conflict.
    [[nodiscard]] Result<std::optional<Lines>> merge_file(const Lines& ours, const Lines& base, const Lines& theirs) const {
        for (const auto& [name, lines] : {std::pair{"ours", ours}, {"base", base}, {"theirs", theirs}})
            if (auto s = write_file_atomic(scratch_ / name, joined(lines)); !s) return forward(s);
        CommandOptions options;
        options.working_directory = scratch_;
        options.environment = git_environment(scratch_);
        auto r = run_command(git_command({"merge-file", "--quiet", "ours", "base", "theirs"}), options);
        if (!r) return forward(r);
        if (r->exit_status > 127) return fail("run git merge-file", name_, std::string(trim(r->output)));
        if (r->exit_status != 0) return std::optional<Lines>();
        auto merged = read_file(scratch_ / "ours");
        if (!merged) return forward(merged);
        return std::optional<Lines>(lines_of(*merged));
    }

    void say(const std::string& what) { out_.words.push_back(name_ + " " + what); }

    const FileDiff& diff_;
    Lines file_;
    fs::path scratch_;
    MergedFile out_;
    std::string name_;
    size_t done_ = 0;
    long drift_ = 0;
};

}  // namespace

Result<MergedFile> merge_hunks(const FileDiff& diff, std::string_view content, const fs::path& scratch) { return HunkMerger(diff, content, scratch).run(); }

}  // namespace diobench
