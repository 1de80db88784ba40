// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/blame.h"

#include <array>
#include <atomic>
#include <fmt/format.h>

#include "bench/common/base/process.h"
#include "bench/host/machine/machine_check.h"
#include "bench/host/machine/probe.h"
#include "bench/host/machine/uml_probe.h"

namespace diobench {

namespace {

constexpr size_t kMostOthers = 2;

std::atomic<bool>& heard_on(MachineKind kind, Accelerator accelerator) {
    static std::array<std::array<std::atomic<bool>, 2>, 4> heard{};
    return heard.at(static_cast<size_t>(kind)).at(static_cast<size_t>(accelerator));
}

}  // namespace

bool was_silent(const BootResult& result) { return result.records == 0 && !result.usable(); }

void note_heard(MachineKind kind, Accelerator accelerator) { heard_on(kind, accelerator) = true; }
bool was_heard(MachineKind kind, Accelerator accelerator) { return heard_on(kind, accelerator); }

Blame whose_fault(MachineKind kind, Accelerator accelerator, const fs::path& image, const BootResult& silent, const std::vector<fs::path>& others) {
    const std::string name(machine_name(kind));
    if (silent.host_lacks) return {Fault::host, fmt::format("machine {} does not run on this host: {}", name, silent.reason)};
    if (was_heard(kind, accelerator)) return {Fault::kernel, ""};
    const MachineCheck check = check_machine({kind, accelerator});
    if (check.runs == Runs::no) return {Fault::host, check.sentence()};
    if (kind == MachineKind::uml && lacks_room_for_registers(silent.console_log))
        return {Fault::host, fmt::format("this kernel cannot run as machine uml on this host: User Mode Linux of its version has room for a smaller processor's registers, which are {} bytes here "
                                         "(XSAVE, AMX); take a kernel whose ARCH=um sizes them, or a host without AMX", check.xsave_bytes)};
    // The emulator executes what it is given: a silent kernel is silent by itself.
    if (accelerator == Accelerator::tcg && (kind == MachineKind::exact || kind == MachineKind::kvm)) return {Fault::kernel, ""};
    if (kind == MachineKind::host) return {Fault::kernel, ""};
    if (const auto known = remembered_probe(kind, image); known && *known && (*known)->usable) return {Fault::kernel, ""};
    std::string tried;
    size_t asked = 0;
    for (const auto& other : others) {
        std::error_code none;
        if (other == image || !fs::exists(other, none)) continue;
        if (asked++ == kMostOthers) break;
        auto answer = machine_usable({kind, other, installed_guest_program()});
        if (interrupted()) break;
        if (answer && answer->usable) return {Fault::kernel, ""};
        tried = answer ? answer->reason : answer.error().message();
    }
    if (tried.empty())
        return {Fault::unknown, fmt::format("no kernel has been seen to run on machine {} here ({}), so it is not known whether this one or the host is at fault: {}; "
                                            "put a kernel beside it that is known to run, such as base", name, check.what, silent.reason)};
    return {Fault::unknown, fmt::format("machine {}: neither this kernel ({}) nor another one of the cache ({}) ran here, so it is not known whether they or the host are at fault ({}); "
                                        "diobench doctor says what this host can do", name, silent.reason, tried, check.what)};
}

}  // namespace diobench
