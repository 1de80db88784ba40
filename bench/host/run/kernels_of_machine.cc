// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/kernels_of_machine.h"

#include <algorithm>

#include "bench/host/kernel/cache.h"

namespace diobench {

std::vector<fs::path> kernels_of_machine(MachineKind kind) {
    auto kernels = list_kernels();
    if (!kernels || kind == MachineKind::host) return {};
    std::erase_if(*kernels, [&](const CachedKernel& one) { return (kind == MachineKind::uml) != is_user_mode(one.kernel.target); });
    std::stable_sort(kernels->begin(), kernels->end(), [](const CachedKernel& a, const CachedKernel& b) { return a.built_at > b.built_at; });
    std::vector<fs::path> out;
    for (const CachedKernel& one : *kernels) out.push_back(one.kernel.image);
    return out;
}

Blame blame_for(MachineKind kind, Accelerator accelerator, const fs::path& image, const BootResult& silent) {
    return whose_fault(kind, accelerator, image, silent, kernels_of_machine(kind));
}

}  // namespace diobench
