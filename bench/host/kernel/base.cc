// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/base.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

#include "bench/common/base/faults.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/fetch_base.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

constexpr const char* kFind = "find base";

bool is_tree(std::string_view base) { return base.find('/') != std::string_view::npos || base.starts_with('~') || base.starts_with('.'); }

/// "DIR:REV" taken apart; a folder may have ':' in its name.
struct TreeName {
    fs::path folder;
    std::string revision;
};

TreeName tree_name(const std::string& base) {
    std::string path = base;
    if (const char* home = std::getenv("HOME"); home != nullptr && (path == "~" || path.starts_with("~/") || path.starts_with("~:"))) path.replace(0, 1, home);
    std::error_code ec;
    const size_t colon = path.find(':');
    if (colon == std::string::npos || fs::is_directory(path, ec)) return {path, {}};
    return {path.substr(0, colon), path.substr(colon + 1)};
}

/// The base in a name of files and reports: of a tree its folder's last name and the revision.
std::string label_of(const std::string& base) {
    if (!is_tree(base)) return base;
    const TreeName tree = tree_name(base);
    fs::path folder = fs::absolute(tree.folder).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    std::string out = folder.filename().string();
    if (!tree.revision.empty()) out += ":" + tree.revision;
    std::replace(out.begin(), out.end(), '/', '-');
    return out;
}

Status check_version_name(const std::string& base) {
    if (parse_kernel_version(base)) return {};
    return fail(kFind, base, "a base is a version such as 6.1 or 6.12.107, \"newest\", or a kernel tree, DIR or DIR:REV with a '/' in it");
}

tl::unexpected<Error> not_here(const std::string& base) {
    std::vector<std::string> here;
    for (const auto& source : fetched_sources()) here.push_back(source.debian.kernel);
    return fail(kFind, base, fmt::format("no source of it is here{}: `diobench kernel fetch {}` brings it, `kernel sources` lists what could be had",
                                         here.empty() ? "" : " (fetched are " + join(here, ", ") + ")", base));
}

/// The newest that is meant, of what was fetched and what the distribution installed.
Result<KernelSource> version_source(const std::string& base, Progress& progress) {
    if (auto s = check_version_name(base); !s) return forward(s);
    const auto best = newest_here(base);
    auto installed = distribution_source(progress);
    if (interrupted()) return interrupted_error("unpack kernel source");
    if (installed && is_version_of(base, installed->version)) {
        auto ours = parse_kernel_version(installed->version);
        auto theirs = !best ? Result<KernelVersion>(KernelVersion{}) : parse_kernel_version(best->debian.kernel);
        if (ours && theirs && *ours >= *theirs) return installed;
    }
    if (!best) return not_here(base);
    return tarball_source(best->tarball, best->description(), progress);
}

Result<KernelSource> named_source(const std::string& base, Progress& progress) {
    if (is_tree(base)) {
        const TreeName tree = tree_name(base);
        return tree_source(tree.folder, tree.revision, progress);
    }
    if (base != kNewest) return version_source(base, progress);
    auto newest = newest_source();
    if (!newest) return forward(newest);
    return tarball_source(newest->tarball, newest->description(), progress);
}

Status check_base_name(const std::string& base) {
    if (base.empty()) return {};
    if (is_tree(base)) {
        std::error_code ec;
        const TreeName tree = tree_name(base);
        return fs::is_directory(tree.folder, ec) ? Status() : Status(fail(kFind, base, "there is no folder " + tree.folder.string()));
    }
    if (base == kNewest) {
        auto newest = newest_source();
        return newest ? Status() : Status(forward(newest));
    }
    if (auto s = check_version_name(base); !s) return s;
    if (newest_here(base)) return {};
    // What the distribution installed says its version only once it is unpacked.
    auto installed = known_distribution_source();
    return installed && !is_version_of(base, installed->version) ? Status(not_here(base)) : Status();
}

}  // namespace

KernelName parse_kernel_name(std::string_view text) {
    const std::string whole(text);
    std::error_code ec;
    const bool folder = whole.find('/') < whole.find('@');
    if (folder && fs::is_regular_file(fs::path(whole) / "series.toml", ec)) return {whole, {}};
    const size_t at = folder ? whole.rfind('@') : whole.find('@');
    if (at == std::string::npos) return {whole, {}};
    return {whole.substr(0, at), whole.substr(at + 1)};
}

Result<NamedKernel> resolve_kernel(const std::string& text) {
    const KernelName name = parse_kernel_name(text);
    if (name.base.empty() && name.series.size() != text.size()) return fail(kFind, text, "there is no base behind its '@'");
    auto chain = resolve_series(name.series);
    if (!chain) return forward(chain);
    std::string shown = chain->back().name;
    if (!name.base.empty()) shown += "@" + label_of(name.base);
    return NamedKernel{std::move(shown), name.base, std::move(*chain)};
}

Result<NamedKernel> resolve_kernel_at(const std::string& text, const std::string& version) {
    auto kernel = resolve_kernel(text);
    if (!kernel) return kernel;
    if (auto s = choose_variants(kernel->chain, version); !s) return forward(s);
    return kernel;
}

std::string shown_name(const std::string& text) {
    const KernelName name = parse_kernel_name(text);
    const fs::path path = fs::path(name.series).lexically_normal();
    const std::string series = path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
    return name.base.empty() ? series : series + "@" + label_of(name.base);
}

std::string absolute_kernel_name(const std::string& text) {
    KernelName name = parse_kernel_name(text);
    std::error_code ec;
    if (name.series.find('/') != std::string::npos && fs::is_directory(name.series, ec)) name.series = fs::absolute(name.series).string();
    if (is_tree(name.base)) {
        const TreeName tree = tree_name(name.base);
        name.base = fs::absolute(tree.folder).string() + (tree.revision.empty() ? "" : ":" + tree.revision);
    }
    return name.base.empty() ? name.series : name.series + "@" + name.base;
}

Status check_kernels(const std::vector<std::string>& names) {
    Faults faults;
    for (const auto& name : names) {
        auto kernel = resolve_kernel(name);
        faults.add(kernel);
        if (kernel) faults.add(check_base_name(kernel->base));
    }
    return faults.status();
}

Result<const KernelSource*> Bases::source(const std::string& base, Progress& progress) {
    if (auto known = opened_.find(base); known != opened_.end()) return &known->second;
    auto opened = !base.empty() ? named_source(base, progress) : tree_.empty() ? distribution_source(progress) : tree_source(tree_, revision_, progress);
    if (!opened) return forward(opened);
    return &opened_.emplace(base, std::move(*opened)).first->second;
}

Result<NamedKernel> resolve_on_base(const std::string& text, Bases& bases, Progress& progress) {
    auto kernel = resolve_kernel(text);
    if (!kernel) return kernel;
    const bool one_kind = std::all_of(kernel->chain.begin(), kernel->chain.end(), [](const Series& series) { return series.variants.empty(); });
    if (kernel->base.empty() && one_kind) return kernel;
    auto source = bases.source(kernel->base, progress);
    if (!source) return forward(source);
    if (auto s = choose_variants(kernel->chain, (*source)->version); !s) return forward(s);
    return kernel;
}

}  // namespace diobench
