// SPDX-License-Identifier: GPL-2.0-only
// From what was watched to one outcome and one sentence.
#pragma once

#include "bench/host/machine/boot.h"
#include "bench/host/machine/watch.h"

namespace diobench {

struct BootVerdict {
    BootOutcome outcome;
    std::string reason;
    bool host_lacks = false;  ///< as of BootResult
};

/// `qemu_output`: what QEMU itself printed.  The first fatal text on the
/// console decides; then the way QEMU ended; then the records.
[[nodiscard]] BootVerdict judge_boot(const Watched& watched, const BootRequest& request, std::string_view qemu_output);

}  // namespace diobench
