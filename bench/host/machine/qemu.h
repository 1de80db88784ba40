// SPDX-License-Identifier: GPL-2.0-only
// QEMU's command line: what all machines share; each kind of machine adds its own.
#pragma once

#include <string>
#include <vector>

#include "bench/host/machine/boot.h"

namespace diobench {

/// The installed QEMU.
struct Qemu {
    fs::path program;
    std::string version;   ///< "7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)"
    bool sandbox = false;  ///< built with seccomp
};

/// Finds QEMU and asks it once a process.
[[nodiscard]] Result<Qemu> find_qemu();

/// Files of one boot.
struct BootFiles {
    fs::path console;
    fs::path records;
    fs::path qemu_output;
    std::string cache_disk;  ///< kvm: what QEMU opens as the cache disk
    fs::path scratch;        ///< uml: a folder that vanishes with the boot
};

/// What a kind of machine adds.
struct MachineParts {
    std::vector<std::string> qemu_arguments;
    std::vector<std::string> kernel_parameters;
    fs::path preload;  ///< a library loaded into QEMU; empty: none
};

/// bench/host/machine/exact.cc, kvm.cc.  Errors: a request that this machine cannot fulfil.
/// The library that the exact machine preloads into QEMU; it has a part in every number.
[[nodiscard]] Result<fs::path> exact_order_library();
/// The plugin that it loads: DMA engine and counting by function (bench/host/machine/plugin/).
[[nodiscard]] Result<fs::path> exact_plugin();
[[nodiscard]] Result<MachineParts> exact_machine(const BootRequest& request);
[[nodiscard]] Result<MachineParts> kvm_machine(const BootRequest& request, const BootFiles& files);

/// Parameters of the kernel for this boot, in the order given to it.
[[nodiscard]] std::string kernel_command_line(const BootRequest& request, const MachineParts& parts);
/// The argv of the machine without anything to boot.
[[nodiscard]] std::vector<std::string> qemu_machine_command(const Qemu& qemu, const BootRequest& request, const BootFiles& files, const MachineParts& parts);
/// The whole argv.
[[nodiscard]] std::vector<std::string> qemu_command(const Qemu& qemu, const BootRequest& request, const BootFiles& files,
                                                    const MachineParts& parts);
/// A value inside a QEMU option list: a comma is written twice.
[[nodiscard]] std::string option_value(std::string_view value);

}  // namespace diobench
