// SPDX-License-Identifier: GPL-2.0-only
// The exact machine: QEMU's emulator with a clock that counts instructions.
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/host/machine/qemu.h"

namespace diobench {

namespace {

/// The library of bench/host/machine/preload/: without it results would depend on the host's scheduler.
constexpr const char* kOrderLibrary = "libdiobench-exact-order.so";
/// That of bench/host/machine/plugin/.
constexpr const char* kPluginLibrary = "libdiobench-plugin.so";

Result<fs::path> our_library(const std::string& name) {
    fs::path library = program_part(name);
    if (std::error_code none; fs::exists(library, none)) return library;
    return fail("boot", "exact machine", fmt::format("{} is not in {}; {}", name, library.parent_path().string(),
                                                     is_installed() ? "install the package again" : "build it with: cmake --build build"));
}

/// The plugin: the disks' DMA engine; with a profile asked for it counts what the guest executes, and the guest does not notice.
Result<std::string> plugin_argument(const BootRequest& request) {
    auto plugin = exact_plugin();
    if (!plugin) return forward(plugin);
    std::string out = option_value(plugin->string());
    for (uint64_t bytes : request.disk_bytes) out += fmt::format(",disk={}", bytes);
    if (request.profile.empty()) return out;
    if (std::error_code none; !fs::exists(request.system_map, none))
        return fail("boot", request.label, "a profile needs the kernel's System.map, \"" + request.system_map.string() +
                    "\" is not there; build the kernel again with: diobench kernel build --force");
    if (request.cost_model) out += ",model=on";
    return out + ",symbols=" + option_value(fs::absolute(request.system_map).string()) + ",output=" + option_value(fs::absolute(request.profile).string());
}

}  // namespace

Result<fs::path> exact_plugin() { return our_library(kPluginLibrary); }

Result<fs::path> exact_order_library() { return our_library(kOrderLibrary); }

Result<MachineParts> exact_machine(const BootRequest& request) {
    if (request.accelerator != Accelerator::tcg)
        return fail("boot", request.label, "the exact machine is emulated: its accelerator is tcg");
    if (request.cpus != 1)
        return fail("boot", request.label,
                    fmt::format("the exact machine has one CPU, {} were asked for: more do not boot reliably with a virtual clock", request.cpus));
    if (!request.cache_device.empty() || request.cache_disk_bytes != 0)
        return fail("boot", request.label,
                    "the exact machine has no disk: the host would serve it at times that are not repeatable");
    MachineParts parts;
    auto library = exact_order_library();
    if (!library) return forward(library);
    parts.preload = *library;
    parts.qemu_arguments = {
        // The library above knows the CPU's thread by its name.
        "-name", "debug-threads=on",
        // A fixed version of the board; no device that a host thread serves.
        "-machine", "pc-i440fx-7.2,usb=off,vmport=off", "-accel", "tcg,thread=single",
        // Timers of the HPET interrupt for the disks (kernel-patches/machines/exact/), by ISA lines 6 and 7.
        "-global", "hpet.hpet-intcap=0xc0",
        // No ERMS/FSRM (each byte of REP MOVSB would count as an instruction), no RDRAND, RDSEED.
        "-cpu", "qemu64",
        // One instruction is 1 ns; a halted CPU jumps to the next timer.
        "-icount", "shift=0,sleep=off,align=off", "-rtc", "base=2020-01-01T00:00:00,clock=vm", "-seed",
        std::to_string(request.seed)};
    auto plugin = plugin_argument(request);
    if (!plugin) return forward(plugin);
    parts.qemu_arguments.insert(parts.qemu_arguments.end(), {"-plugin", *plugin});
    parts.kernel_parameters = {
        "nokaslr", "norandmaps", "random.trust_cpu=off", "random.trust_bootloader=off",
        "tsc=reliable", "clocksource=tsc", "no_timer_check",
        // Pages of the root file system are unevictable then; those of tmpfs are moved about on the kernel's lists each
        // time the caches are dropped.
        "rootfstype=ramfs",
        // The tick and all timers come from the PIT.  The local APIC's timer
        // would be calibrated by 0.2 s of busy waiting, where every PAUSE
        // leaves the emulator's loop: 22 of 24 CPU seconds of a boot, and then
        // be found inconsistent and disabled.
        "nolapic_timer"};
    return parts;
}

}  // namespace diobench
