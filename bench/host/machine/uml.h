// SPDX-License-Identifier: GPL-2.0-only
// The uml machine: the kernel as a process of the host (ARCH=um).
#pragma once

#include <string>
#include <vector>

#include "bench/host/machine/qemu.h"

namespace diobench {

/// The arguments of the kernel's own program.  Console: descriptors 1 and 2.
/// Records: serial line 0 on descriptor 3.  Errors: a request that this machine cannot fulfil.
[[nodiscard]] Result<std::vector<std::string>> uml_parameters(const BootRequest& request, const BootFiles& files);

}  // namespace diobench
