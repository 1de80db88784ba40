// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/series.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "bench/common/base/lineage.h"
#include "bench/common/base/near_name.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/series_file.h"

namespace diobench {

namespace {

constexpr const char* kSeriesFile = "series.toml";

bool has_series(const fs::path& folder) {
    std::error_code ec;
    return fs::is_regular_file(folder / kSeriesFile, ec);
}

/// By name, the folder of each; of two of one name the one in the earlier of `roots`.
std::map<std::string, fs::path> series_in(const std::vector<fs::path>& roots) {
    std::map<std::string, fs::path> out;
    std::error_code ec;
    for (const auto& root : roots)
        for (const auto& entry : fs::directory_iterator(root, ec))
            if (has_series(entry.path())) out.emplace(entry.path().filename().string(), entry.path());
    return out;
}

std::vector<std::string> series_names(const std::vector<fs::path>& roots) {
    std::vector<std::string> out;
    for (const auto& [name, folder] : series_in(roots)) out.push_back(name);
    return out;
}

Result<fs::path> find_folder(const std::string& name_or_path) {
    if (name_or_path.find('/') != std::string::npos) {
        fs::path folder = fs::absolute(name_or_path).lexically_normal();
        if (!folder.has_filename()) folder = folder.parent_path();
        if (has_series(folder)) return folder;
        return fail("find series", name_or_path, "there is no file series.toml in that folder" + did_you_mean(folder.filename().string(), series_names({folder.parent_path()})));
    }
    const auto all = series_in(series_folders());
    if (auto found = all.find(name_or_path); found != all.end()) return found->second;
    const auto names = series_names(series_folders());
    return fail("find series", name_or_path.empty() ? "\"\"" : name_or_path,
                "there is none of this name in " + series_folders().front().string() + " or " + series_folders().back().string() + "; there are " + join(names, ", ") +
                    ", and a folder elsewhere is given as ./FOLDER" + did_you_mean(name_or_path, names));
}

/// Depth first; `path` are the names on the way here, for the message about a cycle.
Status add_with_requirements(const Series& series, std::vector<std::string>& path, std::vector<Series>& out) {
    auto same = [&](const Series& s) { return s.folder == series.folder; };
    if (std::any_of(out.begin(), out.end(), same)) return {};
    auto clash = std::find_if(out.begin(), out.end(), [&](const Series& s) { return s.name == series.name; });
    if (clash != out.end())
        return fail("resolve series", series.name,
                    "two series have this name: " + clash->folder.string() + " and " + series.folder.string());
    path.push_back(series.name);
    for (const auto& name : series.requires_series) {
        if (std::find(path.begin(), path.end(), name) != path.end())
            return fail("read", (series.folder / kSeriesFile).string(),
                        "requires goes in a circle: " + join(path, " requires ") + " requires " + name);
        auto required = find_series(name, series.folder.parent_path());
        if (!required) {
            required.error().text += " (required by " + (series.folder / kSeriesFile).string() + ")";
            return forward(required);
        }
        if (auto s = add_with_requirements(*required, path, out); !s) return s;
    }
    path.pop_back();
    out.push_back(series);
    return {};
}

/// ", and dio needs it" for a series that others need.
std::string required_by(const std::vector<Series>& chain, const Series& series) {
    if (chain.back().name == series.name) return {};
    return fmt::format(" ({} is built on it)", chain.back().name);
}

/// Follows `revises`; a series that is not there any more ends the line.
Status check_revisions(const Series& series) {
    Revisions revises;
    for (Series at = series; !at.revises.empty() && !revises.contains(at.name);) {
        revises[at.name] = at.revises;
        auto older = find_series(at.revises, at.folder.parent_path());
        if (!older) break;
        at = std::move(*older);
    }
    return check_lineage(revises);
}

}  // namespace

fs::path own_series_folder() { return config_root() / "series"; }

std::vector<fs::path> series_folders() { return {own_series_folder(), project_root() / "kernel-patches" / "series"}; }

Result<Series> load_series(const std::string& name_or_path) {
    auto folder = find_folder(name_or_path);
    if (!folder) return forward(folder);
    return read_series_file(*folder / kSeriesFile);
}

Result<Series> find_series(const std::string& name, const fs::path& beside) {
    return load_series(has_series(beside / name) ? (fs::absolute(beside) / name).string() : name);
}

Result<std::vector<Series>> list_series(const fs::path& root) {
    const auto where = root.empty() ? series_folders() : std::vector<fs::path>{fs::absolute(root)};
    std::vector<Series> out;
    Revisions revises;
    for (const auto& [name, folder] : series_in(where)) {
        auto series = load_series(folder.string());
        if (!series) return forward(series);
        if (!series->revises.empty()) revises[name] = series->revises;
        out.push_back(std::move(*series));
    }
    if (auto s = check_lineage(revises); !s) return forward(s);
    return out;
}

Result<Revisions> known_revisions() {
    auto all = list_series();
    if (!all) return forward(all);
    Revisions out;
    for (const auto& series : *all)
        if (!series.revises.empty()) out[series.name] = series.revises;
    return out;
}

Result<std::vector<Series>> resolve_series(const std::string& name_or_path) {
    auto series = load_series(name_or_path);
    if (!series) return forward(series);
    if (auto s = check_revisions(*series); !s) return forward(s);
    std::vector<Series> out;
    std::vector<std::string> path;
    if (auto s = add_with_requirements(*series, path, out); !s) return forward(s);
    return out;
}

std::string Series::bases() const {
    std::string out = base_min + " to " + base_max;
    for (const auto& variant : variants) out += ", " + variant.base_min + " to " + variant.base_max;
    return out;
}

Status choose_variants(std::vector<Series>& chain, const std::string& version) {
    auto have = parse_kernel_version(version);
    if (!have) return forward(have);
    auto holds = [&](const std::string& min, const std::string& max) {
        auto first = parse_kernel_version(min);
        auto last = parse_kernel_version(max);
        return first && last && *first <= *have && *have <= *last;
    };
    for (auto& series : chain) {
        if (holds(series.base_min, series.base_max)) continue;
        auto variant = std::find_if(series.variants.begin(), series.variants.end(), [&](const SeriesVariant& one) { return holds(one.base_min, one.base_max); });
        if (variant == series.variants.end())
            return fail("use series", series.name,
                        fmt::format("it is for Linux {} and the source is Linux {}{}: choose another source (SERIES@BASE, --tree, --rev), or bring its "
                                    "patches for this version with `diobench kernel add` and --tree",
                                    series.bases(), version, required_by(chain, series)));
        const SeriesVariant chosen = *variant;
        series.base_min = chosen.base_min;
        series.base_max = chosen.base_max;
        series.patches = chosen.patches;
        series.known_failures = chosen.known_failures;
        series.variants.clear();
    }
    return {};
}

Status check_base(const std::vector<Series>& chain, const std::string& version) {
    auto copy = chain;
    return choose_variants(copy, version);
}

std::string declared_direct_io(const std::vector<Series>& chain, std::string Series::*key) {
    std::string out = "unknown";
    for (const auto& series : chain)
        if (!(series.*key).empty()) out = series.*key;
    return out;
}

}  // namespace diobench
