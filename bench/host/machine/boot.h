// SPDX-License-Identifier: GPL-2.0-only
// One boot of one kernel on one machine, watched to its end.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/console/console.h"

namespace diobench {

enum class MachineKind {
    exact,  ///< emulated, virtual clock: one guest instruction is one ns, equal boots give equal bytes
    kvm,    ///< real clock, cache file system on a virtio disk
    host,   ///< the kernel that runs here, as root: the guest program as a process
    uml,    ///< User Mode Linux: the kernel as a process of the host, native speed, slow system calls
};

enum class Accelerator { tcg, kvm };

/// "exact", "kvm", "host", "uml"; "tcg", "kvm".
[[nodiscard]] std::string_view machine_name(MachineKind kind);
[[nodiscard]] std::string_view accelerator_name(Accelerator accelerator);

/// What follows when the kernel's console has the text of an oops or a panic.
enum class OnFatalText {
    end,    ///< the machine is ended as soon as the text is whole
    go_on,  ///< the machine is left to itself: the guest decides
};

struct BootRequest {
    std::string label;  ///< names the log files; no '/'
    MachineKind kind = MachineKind::exact;
    Accelerator accelerator = Accelerator::tcg;  ///< exact: tcg only; kvm with tcg: same path, meaningless clock
    fs::path kernel_image;
    fs::path initramfs;              ///< host: the plan, as the guest reads it
    std::string extra_command_line;  ///< for the kernel, after our own
    uint64_t seed = 1;               ///< of everything random in QEMU
    unsigned memory_mib = 512;
    unsigned cpus = 1;               ///< exact: 1 only
    std::vector<uint64_t> disk_bytes;  ///< exact: sizes of its disks /dev/dmadisk0 and 1, empty at first; whole blocks of 4096
    fs::path cache_device;           ///< kvm: an existing file or block device; its content is lost
    uint64_t cache_disk_bytes = 0;   ///< kvm, without cache_device: size of a disk file that vanishes with the boot
    fs::path profile;                ///< exact: instructions by kernel function of each marked region (bench/host/profile/regions.h); empty: not counted
    fs::path system_map;             ///< of kernel_image; needed for `profile`
    bool cost_model = false;         ///< with `profile`: simulate caches as well
    double expected_s = 0;           ///< exact: about how long it takes; of those that wait for a CPU the longest goes first
    fs::path log_dir;                ///< gets LABEL.console.txt, LABEL.records.txt and, from QEMU, LABEL.qemu.txt
    /// Host time without record and console text: a hang (more if a busy host gives the machine little CPU time). The longest cell
    /// is silent for some 18 s of CPU time, on a host at half its speed for 40; a kernel that hangs mostly says so itself before.
    std::chrono::seconds silence_limit{300};
    std::chrono::seconds start_limit{60};    ///< the same until the kernel's first line, if that is less
    std::chrono::seconds total_limit{3600};  ///< host time for the whole boot
    OnFatalText on_fatal_text = OnFatalText::end;
    std::function<void(std::string_view)> on_record;  ///< each record as it comes

    [[nodiscard]] std::chrono::seconds silence_allowed(bool started) const { return started ? silence_limit : std::min(silence_limit, start_limit); }
};

struct BootResult {
    BootOutcome outcome = BootOutcome::cannot_start;
    std::string reason;      ///< one sentence; empty if outcome is ok and the records are complete
    std::string last_lines;  ///< of the console, or of QEMU's own output if there is no console text
    fs::path console_log;
    bool host_lacks = false; ///< the host's side for sure, found without the kernel: no QEMU, no space, killed from outside
    bool complete = false;   ///< the end record came, the count is right and no record was damaged
    size_t records = 0;
    double elapsed_s = 0;    ///< host time
    std::string machine_command;     ///< QEMU's, or the kernel's own as a process
    std::string kernel_command_line;

    /// Only then may numbers be taken from the records.
    [[nodiscard]] bool usable() const { return outcome == BootOutcome::ok && complete; }
};

/// Boots and waits for the end.  What happens to the machine is a result; the
/// errors are an impossible request (option named) and an interrupt, after
/// which QEMU is gone and only the log files are left.
[[nodiscard]] Result<BootResult> boot(const BootRequest& request);

}  // namespace diobench
