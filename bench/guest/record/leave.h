// SPDX-License-Identifier: GPL-2.0-only
// How a guest ends its machine.
#pragma once

namespace diobench {

/// The I/O port of QEMU's isa-debug-exit device, and what is written to it.
inline constexpr unsigned short kExitPort = 0xf4;
inline constexpr unsigned char kExitValue = 0x10;
/// QEMU ends with (value << 1) | 1: a status it never has of its own.
inline constexpr int kExitStatus = (kExitValue << 1) | 1;

/// Ends the machine at once: by the exit port, else by a restart (user-mode
/// Linux: by powering off).  Needs /proc there.  Nothing
/// is synced or unmounted; standard output is flushed.  For process 1 of a
/// guest; returns an errno only if neither worked.
int leave_machine();

}  // namespace diobench
