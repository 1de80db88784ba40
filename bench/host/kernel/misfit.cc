// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/misfit.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>

#include "bench/common/base/text.h"
#include "bench/host/kernel/near_lines.h"
#include "bench/host/kernel/unified_diff.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

/// Where else in the tree a file of this name is, at most three, for files that were moved.
std::vector<std::string> namesakes(const fs::path& pristine, const std::string& name) {
    const fs::path wanted = fs::path(name).filename();
    const fs::path top = pristine / *fs::path(name).begin();
    std::vector<std::string> out;
    std::error_code ec;
    for (fs::recursive_directory_iterator at(top, ec), end; !ec && at != end && out.size() < 3; at.increment(ec))
        if (at->path().filename() == wanted && at->is_regular_file(ec)) out.push_back(at->path().lexically_relative(pristine).string());
    return out;
}

std::string missing_file(const fs::path& pristine, const std::string& name) {
    std::string out = fmt::format("{} does not exist in {}", name, kernel_name(pristine));
    if (auto others = namesakes(pristine, name); !others.empty()) out += "; there is " + join(others, ", ");
    return out;
}

/// The first hunk without a place.
std::string misfit_in(const FileDiff& diff, const std::string& content, const fs::path& pristine) {
    const auto file = lines_of(content);
    size_t done = 0;
    long drift = 0;
    for (size_t i = 0; i < diff.hunks.size(); ++i) {
        const Hunk& hunk = diff.hunks[i];
        const auto old = hunk.old_lines();
        if (old.empty()) continue;
        const auto expected = static_cast<size_t>(std::max(0L, static_cast<long>(hunk.old_line) - 1 + drift));
        const auto at = find_exactly(file, old, expected, done);
        if (at) {
            done = *at + old.size();
            drift += static_cast<long>(*at) - static_cast<long>(expected);
            continue;
        }
        const auto there = find_exactly(file, hunk.new_lines(), expected, done);
        const bool adds = std::any_of(hunk.lines.begin(), hunk.lines.end(), [](const auto& line) { return line[0] == '+'; });
        const std::string which = fmt::format("hunk {} of {} ({})", i + 1, diff.name(), hunk.header);
        if (there && adds)
            return fmt::format("{} is in {} already, at lines {}-{}: was this patch applied before?", which, kernel_name(pristine), *there + 1,
                               *there + hunk.new_lines().size());
        return fmt::format("{} does not fit {}: {}", which, kernel_name(pristine), describe_near(file, hunk));
    }
    return {};
}

}  // namespace

std::string kernel_name(const fs::path& pristine) {
    auto makefile = read_file(pristine / "Makefile");
    auto version = makefile ? makefile_version(*makefile, "") : Result<std::string>(fail("", "", ""));
    return version ? "Linux " + *version : "this source";
}

std::string explain_misfit(const fs::path& tree, const fs::path& pristine, std::string_view patch) {
    auto diff = parse_unified_diff(patch);
    if (!diff) return diff.error().message();
    std::set<std::string> made;
    for (const auto& file : diff->files) {
        std::error_code ec;
        const std::string& name = file.creates() ? file.new_name : file.old_name;
        const bool exists = fs::is_regular_file(tree / name, ec) || made.contains(name);
        if (file.creates() && exists) return fmt::format("it makes {}, which is there already", name);
        if (!file.creates() && !exists) return missing_file(pristine, name);
        made.insert(file.new_name);
        if (file.creates() || !fs::is_regular_file(tree / name, ec)) continue;
        auto content = read_file(tree / name);
        if (!content) return content.error().message();
        if (auto why = misfit_in(file, *content, pristine); !why.empty()) return why;
    }
    return {};
}

}  // namespace diobench
