// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/real_clocks.h"

#include "bench/common/base/process.h"
#include "bench/host/machine/machine_check.h"
#include "bench/host/machine/probe.h"
#include "bench/host/run/kernels_of_machine.h"

namespace diobench {

std::string why_not_here(MachineKind kind) {
    const MachineCheck check = check_machine({kind, kind == MachineKind::kvm ? Accelerator::kvm : Accelerator::tcg});
    if (check.runs != Runs::no) return {};
    return check.advice.empty() ? check.what : check.what + "; " + check.advice;
}

Result<std::string> why_not_proven(MachineKind kind) {
    std::string why = why_not_here(kind);
    if (!why.empty() || kind != MachineKind::kvm) return why;
    const auto images = kernels_of_machine(kind);
    if (images.empty()) return std::string("no kernel is built that could prove it: diobench kernel build base, then diobench doctor --probe");
    auto answer = machine_usable({kind, images.front(), installed_guest_program()});
    if (interrupted()) return interrupted_error("probe kvm");
    if (!answer) return answer.error().message();
    return answer->usable ? std::string() : "a probe boot of " + answer->probed_at + " failed: " + answer->reason;
}

}  // namespace diobench
