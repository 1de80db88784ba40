// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/machine_patches.h"

#include "bench/common/base/paths.h"

namespace diobench {

Result<std::vector<Series>> machine_patches(Target target, const std::string& version) {
    auto all = list_series(project_root() / "kernel-patches" / "machines" / traits(target).machine);
    if (!all) return forward(all);
    std::vector<Series> out;
    for (auto& series : *all)
        if (check_base({series}, version)) out.push_back(std::move(series));
    return out;
}

}  // namespace diobench
