// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/patch_walk.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/host/kernel/patch_subject.h"
#include "bench/host/kernel/unified_diff.h"

namespace diobench {

namespace {

size_t common_prefix(const std::vector<SeriesPatch>& a, const std::vector<SeriesPatch>& b) {
    size_t count = 0;
    while (count < a.size() && count < b.size() && a[count].identity == b[count].identity) ++count;
    return count;
}

tl::unexpected<Error> no_walk(const std::string& baseline, const std::string& candidate, const std::string& why) {
    return fail("bisect", fmt::format("{} to {}", baseline, candidate), why);
}

}  // namespace

std::string patch_title(std::string_view text) {
    std::string subject;
    bool in_subject = false;
    for (const auto& line : split(text, '\n')) {
        if (trim(line).empty() || line.starts_with("diff ") || line.starts_with("--- ")) break;  // the headers are over
        if (in_subject && (line.front() == ' ' || line.front() == '\t')) {
            subject += " " + std::string(trim(line));
            continue;
        }
        in_subject = line.starts_with("Subject:");
        if (in_subject) subject = std::string(trim(std::string_view(line).substr(8)));
    }
    return parse_patch_subject(subject).title;
}

std::string patch_identity(std::string_view text) {
    auto diff = parse_unified_diff(text);
    if (!diff || diff->files.empty()) return sha256_hex(text);
    std::string content;
    for (const auto& line : split(diff->text, '\n'))
        if (!line.starts_with("index ")) content += line + "\n";  // lines of hunks begin with ' ', '+', '-' or '\'
    return sha256_hex(content);
}

Result<std::vector<SeriesPatch>> patches_of_chain(const std::vector<Series>& chain) {
    std::vector<SeriesPatch> out;
    for (const auto& series : chain)
        for (const auto& file : series.patches) {
            auto text = read_file(file);
            if (!text) return forward(text);
            std::string title = patch_title(*text);
            out.push_back({file, title.empty() ? file.filename().string() : std::move(title), patch_identity(*text)});
        }
    return out;
}

Result<PatchWalk> PatchWalk::plan(const std::string& baseline_name, std::vector<SeriesPatch> baseline,
                                  const std::string& candidate_name, std::vector<SeriesPatch> candidate) {
    PatchWalk walk;
    walk.common_ = common_prefix(baseline, candidate);
    const size_t old_patches = baseline.size() - walk.common_;
    const size_t new_patches = candidate.size() - walk.common_;
    if (old_patches == 0 && new_patches == 0)
        return no_walk(baseline_name, candidate_name, "they have the same patches: there is nothing between them, give two series that differ");
    if (new_patches == 0)
        return no_walk(baseline_name, candidate_name, fmt::format("the candidate is the baseline without its last {} patches: walk the other way round, --baseline {} --candidate {}, "
                                                                  "with --cell and --metric", old_patches, candidate_name, baseline_name));
    if (old_patches != 0 && old_patches != new_patches)
        return no_walk(baseline_name, candidate_name, fmt::format("after the {} patches they begin with in common the baseline has {} and the candidate {}, so there is no way from one to the other "
                                                                  "patch by patch: bisect between a series that both begin with and the candidate", walk.common_, old_patches, new_patches));
    walk.baseline_ = std::move(baseline);
    walk.candidate_ = std::move(candidate);
    return walk;
}

std::vector<SeriesPatch> PatchWalk::state(size_t number) const {
    const size_t taken = std::min(common_ + number, candidate_.size());
    std::vector<SeriesPatch> out(candidate_.begin(), candidate_.begin() + static_cast<std::ptrdiff_t>(taken));
    if (taken < baseline_.size()) out.insert(out.end(), baseline_.begin() + static_cast<std::ptrdiff_t>(taken), baseline_.end());
    return out;
}

}  // namespace diobench
