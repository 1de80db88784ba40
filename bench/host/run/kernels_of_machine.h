// SPDX-License-Identifier: GPL-2.0-only
// Kernels of the cache by the machine they are built for.
#pragma once

#include <vector>

#include "bench/host/machine/blame.h"

namespace diobench {

/// Images of the kernel cache that boot on this machine, the newest first; none if the cache cannot be read.
[[nodiscard]] std::vector<fs::path> kernels_of_machine(MachineKind kind);
/// whose_fault() with these as the other kernels.
[[nodiscard]] Blame blame_for(MachineKind kind, Accelerator accelerator, const fs::path& image, const BootResult& silent);

}  // namespace diobench
