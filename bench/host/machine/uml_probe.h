// SPDX-License-Identifier: GPL-2.0-only
// Would a User Mode Linux kernel run a process here?  It needs two things of
// its host: ptrace(2) of its own children, and a file that is mapped as memory
// and executed.  Both are tried without a kernel, in some milliseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "bench/common/base/files.h"

namespace diobench {

struct UmlProbeOptions {
    fs::path ptrace_scope = "/proc/sys/kernel/yama/ptrace_scope";  ///< tests name another one
    std::chrono::milliseconds time_limit{20000};                   ///< host time for the attempt
    /// Space one machine needs in the folder of its memory: what `verify` gives it.
    uint64_t memory_bytes = uint64_t{640} << 20;
};

struct UmlProbe {
    bool usable = false;
    size_t xsave_bytes = 0;  ///< the host's whole XSAVE area: what PTRACE_SETREGSET wants; 0: not found out
    fs::path memory_folder;  ///< where a machine's memory lies as a file
    std::string reason;      ///< why not, without a full stop; empty if usable
    std::string advice;      ///< what to do about it; empty if usable
};

/// Stops a child of its own at a system call as a UML kernel does, reads and
/// writes its registers, and lets it see another answer; then maps a file in
/// uml_memory_folder() for execution.  Nothing is left, whatever happens: what
/// the attempt does not survive (a seccomp filter that kills) ends a child.
[[nodiscard]] UmlProbe probe_uml(const UmlProbeOptions& options = {});

/// The folder a UML kernel chooses (arch/um/os-Linux/mem.c): $TMPDIR, $TMP or
/// $TEMP, else /dev/shm or /tmp if that is a tmpfs, else /tmp.
[[nodiscard]] fs::path uml_memory_folder();

/// Whether a UML kernel that did not boot says on its console that the host's XSAVE area is larger than its own
/// (HOST_FP_SIZE, arch/x86/um/user-offsets.c of 6.12): its port's matter, not that of what was patched.
[[nodiscard]] bool lacks_room_for_registers(const fs::path& console_log);

}  // namespace diobench
