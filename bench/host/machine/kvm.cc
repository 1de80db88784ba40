// SPDX-License-Identifier: GPL-2.0-only
// The kvm machine: real clock, a virtio disk below the cache file system.
// With the emulator instead of KVM it runs the same code at meaningless speed.
#include <fmt/format.h>

#include "bench/host/machine/qemu.h"

namespace diobench {

namespace {

bool is_block_device(const std::string& path) {
    std::error_code none;
    return fs::is_block_file(path, none);
}

}  // namespace

Result<MachineParts> kvm_machine(const BootRequest& request, const BootFiles& files) {
    if (request.cpus == 0) return fail("boot", request.label, "a machine needs at least one CPU");
    MachineParts parts;
    // Frequency and invariance of the time-stamp counter are the host's.
    if (request.accelerator == Accelerator::kvm)
        parts.qemu_arguments = {"-machine", "pc-i440fx-7.2,usb=off,vmport=off", "-accel", "kvm", "-cpu", "host,migratable=off"};
    else
        parts.qemu_arguments = {"-machine", "pc-i440fx-7.2,usb=off,vmport=off", "-accel", "tcg,thread=multi", "-cpu", "qemu64"};
    if (!files.cache_disk.empty()) {
        // cache.direct: the host's page cache must not stand in for the disk.
        parts.qemu_arguments.insert(
            parts.qemu_arguments.end(),
            {"-object", "iothread,id=disk-thread", "-blockdev",
             fmt::format("driver=raw,node-name=cache,cache.direct=on,file.driver={},file.filename={},file.aio=threads,file.cache.direct=on,file.locking=off",
                         is_block_device(files.cache_disk) ? "host_device" : "file", option_value(files.cache_disk)),
             "-device", "virtio-blk-pci,drive=cache,iothread=disk-thread,serial=diobench-cache"});
    }
    parts.kernel_parameters = {"nokaslr", "norandmaps"};
    if (request.accelerator == Accelerator::kvm) parts.kernel_parameters.push_back("tsc=reliable");
    return parts;
}

}  // namespace diobench
