// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/machine_patches.h"

#include "bench/common/base/paths.h"

namespace diobench {

namespace {

/// The machine's own folder, and one that is named as a folder of configuration is.
std::vector<fs::path> folders_of(Target target) {
    const fs::path root = project_root() / "kernel-patches" / "machines";
    std::vector<fs::path> out = {root / traits(target).machine};
    for (const auto& folder : traits(target).config_folders)
        if (folder != traits(target).machine && fs::exists(root / folder)) out.push_back(root / folder);
    return out;
}

}  // namespace

Result<std::vector<Series>> machine_patches(Target target, const std::string& version) {
    std::vector<Series> out;
    for (const auto& folder : folders_of(target)) {
        auto all = list_series(folder);
        if (!all) return forward(all);
        for (auto& series : *all) {
            std::vector<Series> alone = {std::move(series)};
            if (choose_variants(alone, version)) out.push_back(std::move(alone.front()));
        }
    }
    return out;
}

}  // namespace diobench
