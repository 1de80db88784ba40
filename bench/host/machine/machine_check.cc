// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/machine_check.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <mutex>
#include <set>
#include <utility>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/machine/qemu_probe.h"
#include "bench/host/machine/uml_probe.h"

namespace diobench {

namespace {

constexpr const char* kVirtualisation = "run on bare metal, or allow nested virtualisation";

MachineCheck cannot_run(MachineKind kind, std::string why, std::string advice) { return {kind, Runs::no, std::move(why), std::move(advice), 0}; }

MachineCheck check_emulated(const MachineUse& use) {
    const QemuProbe probe = probe_qemu(use.kind);
    if (!probe.usable) return cannot_run(use.kind, probe.reason, probe.advice);
    const char* plugin = use.kind == MachineKind::exact ? ", with our plugin (disks, counting by function)" : "";
    return {use.kind, Runs::yes, fmt::format("QEMU {} emulates (TCG){}", probe.version, plugin), "", 0};
}

MachineCheck check_kvm() {
    if (auto qemu = find_qemu(); !qemu) return cannot_run(MachineKind::kvm, qemu.error().message(), how_to_install("qemu-system-x86"));
    if (const auto kvm = UniqueFd::open("/dev/kvm", O_RDWR); !kvm) {
        if (kvm.error().errno_value == ENOENT) return cannot_run(MachineKind::kvm, "no /dev/kvm", kVirtualisation);
        const bool forbidden = kvm.error().errno_value == EACCES || kvm.error().errno_value == EPERM;
        return cannot_run(MachineKind::kvm, kvm.error().message(), forbidden ? "adduser $USER kvm and log in again, or run as root (in a container: docker run --device=/dev/kvm)" : kVirtualisation);
    }
    return {MachineKind::kvm, Runs::unknown, "/dev/kvm is there, which proves nothing", "diobench doctor --probe", 0};
}

MachineCheck check_uml() {
    const UmlProbe probe = probe_uml();
    MachineCheck out{MachineKind::uml, probe.usable ? Runs::yes : Runs::no, probe.reason, probe.advice, probe.xsave_bytes};
    if (probe.usable) out.what = fmt::format("ptrace works, memory is in {}, XSAVE area {} bytes", probe.memory_folder.string(), probe.xsave_bytes);
    return out;
}

MachineCheck check_root() {
    if (::geteuid() == 0) return {MachineKind::host, Runs::yes, "root, on the kernel that runs here", "", 0};
    return cannot_run(MachineKind::host, "it mounts, attaches loop devices and drops the page cache", "run as root");
}

}  // namespace

std::string MachineCheck::sentence() const {
    return fmt::format("machine {} does not run on this host: {}{}", machine_name(kind), what, advice.empty() ? "" : "; " + advice);
}

MachineCheck check_machine(const MachineUse& use) {
    switch (use.kind) {
        case MachineKind::exact: return check_emulated(use);
        case MachineKind::kvm: return use.accelerator == Accelerator::tcg ? check_emulated(use) : check_kvm();
        case MachineKind::uml: return check_uml();
        case MachineKind::host: return check_root();
    }
    return {};
}

Status require_machine(const MachineUse& use) {
    static std::mutex mutex;
    static std::set<std::pair<MachineKind, Accelerator>> running;
    const std::lock_guard lock(mutex);
    const auto key = std::make_pair(use.kind, use.accelerator);
    if (running.contains(key)) return {};
    const MachineCheck check = check_machine(use);
    if (interrupted()) return interrupted_error("start a machine");
    if (check.runs == Runs::no) return fail(check.sentence(), "", "");
    running.insert(key);
    return {};
}

}  // namespace diobench
