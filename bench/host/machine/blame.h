// SPDX-License-Identifier: GPL-2.0-only
// A machine from which nothing was heard: is it the kernel's fault, or the
// host's?  A kernel is blamed only if something else shows that the machine
// works here: an attempt without a kernel, or another kernel.
#pragma once

#include <string>
#include <vector>

#include "bench/host/machine/boot.h"

namespace diobench {

enum class Fault {
    kernel,   ///< the machine works here: another kernel or the probe shows it
    host,     ///< the machine does not work here, whatever the kernel
    unknown,  ///< nothing shows which
};

struct Blame {
    Fault fault = Fault::unknown;
    std::string sentence;  ///< if not the kernel's: what is the matter and what to do
};

/// True if a boot ended badly before the guest's first record: only then is there anything to ask.
[[nodiscard]] bool was_silent(const BootResult& result);

/// boot() tells: a guest was heard on this machine, in this process.
void note_heard(MachineKind kind, Accelerator accelerator);
/// Whether one was.
[[nodiscard]] bool was_heard(MachineKind kind, Accelerator accelerator);

/// Whose fault a silent boot is.  `image` is the kernel that was booted; `others` are kernels of the same machine, best
/// first, of which two are booted (each once for a host, some seconds) if nothing else decides.
[[nodiscard]] Blame whose_fault(MachineKind kind, Accelerator accelerator, const fs::path& image, const BootResult& silent, const std::vector<fs::path>& others);

}  // namespace diobench
