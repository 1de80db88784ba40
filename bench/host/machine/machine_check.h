// SPDX-License-Identifier: GPL-2.0-only
// Does a machine run on this host?  What can be said before any kernel is
// built: for `exact` and `uml` a small attempt without a kernel decides, for
// `kvm` what is missing does.
#pragma once

#include <string>

#include "bench/host/machine/boot.h"

namespace diobench {

enum class Runs { yes, no, unknown };

struct MachineCheck {
    MachineKind kind = MachineKind::exact;
    Runs runs = Runs::unknown;
    std::string what;    ///< what was found; if `no` the reason
    std::string advice;  ///< what to do; empty if there is nothing to do
    size_t xsave_bytes = 0;  ///< uml: the host's XSAVE area

    /// "machine uml does not run on this host: REASON; ADVICE".
    [[nodiscard]] std::string sentence() const;
};

/// What a command is going to do with a machine.
struct MachineUse {
    MachineKind kind = MachineKind::exact;
    Accelerator accelerator = Accelerator::tcg;  ///< kvm: of an accelerator that is still to be probed, kvm
};

/// Asks the host now, in less than a second unless it is busy.  kvm with KVM: `unknown` at best, only a boot proves it.
[[nodiscard]] MachineCheck check_machine(const MachineUse& use);
/// An error that is the one sentence and ends a command with 2 if the machine
/// cannot run here.  Before a command builds kernels; a yes holds for the process.
[[nodiscard]] Status require_machine(const MachineUse& use);

}  // namespace diobench
