// SPDX-License-Identifier: GPL-2.0-only
// Does a machine run a kernel here?  /dev/kvm existing proves nothing: only a boot does.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/host/machine/boot.h"

namespace diobench {

struct ProbeAnswer {
    bool usable = false;
    std::string reason;    ///< one sentence: why not; empty if usable
    double elapsed_s = 0;  ///< of the probe boot, host time
    std::string probed_at; ///< UTC, ISO 8601
    std::string kernel_image;
    fs::path console_log;  ///< of a probe made now
};

struct ProbeRequest {
    MachineKind kind = MachineKind::kvm;   ///< kvm: with KVM
    fs::path kernel_image;
    fs::path guest_program;                ///< the static diobench-guest
    std::chrono::seconds time_limit{40};   ///< host time until "not usable"
};

/// $DIOBENCH_GUEST, which a fleet sets to run another machine's, else the guest program beside our own executable.
inline constexpr const char* kGuestVariable = "DIOBENCH_GUEST";
[[nodiscard]] fs::path installed_guest_program();

/// Boots the guest program as a probe on a machine and remembers the answer in
/// cache_root()/probe.json, of machine uml only a yes.  Errors: no guest program, an interrupt, a cache that cannot be written.
[[nodiscard]] Result<ProbeAnswer> probe_machine(const ProbeRequest& request);
/// The remembered answer for this machine, host kernel, QEMU, CPU and kernel image, or nothing.
[[nodiscard]] Result<std::optional<ProbeAnswer>> remembered_probe(MachineKind kind, const fs::path& kernel_image);
/// remembered_probe(), else probe_machine().
[[nodiscard]] Result<ProbeAnswer> machine_usable(const ProbeRequest& request);
/// The newest answer for this machine, host kernel, QEMU and CPU, whatever the kernel image was.
[[nodiscard]] std::optional<ProbeAnswer> newest_probe(MachineKind kind);

/// Model name of this host's CPU (/proc/cpuinfo), "unknown" if it has none.
[[nodiscard]] std::string host_cpu_model();
/// Release and build of the host's kernel, as `uname -rv` says it.
[[nodiscard]] std::string host_kernel();

}  // namespace diobench
