// SPDX-License-Identifier: GPL-2.0-only
// Does QEMU's emulator work here, as the machines use it?  A firmware of seven
// bytes says so without a kernel: everything that a boot depends on (this
// version of the board, the accelerator, the sandbox, our libraries in QEMU) is
// there, and instructions are executed.
#pragma once

#include <chrono>
#include <string>

#include "bench/host/machine/boot.h"

namespace diobench {

struct QemuProbe {
    bool usable = false;
    std::string version;  ///< of QEMU; empty if it does not say
    std::string reason;   ///< why not, without a full stop; empty if usable
    std::string advice;   ///< what to do about it; empty if usable
};

/// Starts `kind` (exact, or kvm as it is under the emulator) with the firmware
/// and waits for its end: some 0.2 s of CPU time.  Writes no file.
[[nodiscard]] QemuProbe probe_qemu(MachineKind kind, std::chrono::seconds time_limit = std::chrono::seconds(60));

}  // namespace diobench
