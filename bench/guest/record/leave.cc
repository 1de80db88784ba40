// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/record/leave.h"

#include <cerrno>
#include <cstdio>
#include <sys/io.h>
#include <sys/reboot.h>

#include "bench/common/base/files.h"

namespace diobench {

namespace {

/// A kernel built with ARCH=um says so where others name the CPU.
bool is_user_mode_linux() {
    auto cpu = read_file("/proc/cpuinfo");
    return cpu && cpu->find("User Mode Linux") != std::string::npos;
}

}  // namespace

int leave_machine() {
    std::fflush(nullptr);
    // Where the port is absent the write does nothing and the machine goes on.
    if (::ioperm(kExitPort, 1, 1) == 0) ::outb(kExitValue, kExitPort);
    // A restart of user-mode Linux executes the kernel again; only powering off ends the process.
    if (is_user_mode_linux()) ::reboot(RB_POWER_OFF);
    // Restarting needs no ACPI; QEMU is told not to (-no-reboot) and ends instead.
    ::reboot(RB_AUTOBOOT);
    return errno;
}

}  // namespace diobench
