// SPDX-License-Identifier: GPL-2.0-only
// Runs a program and shows every system call of it and of all its children to
// an observer, by ptrace(2).  Host only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

struct SystemCall {
    uint64_t number = 0;
    std::array<uint64_t, 6> arguments{};
};

/// Told of each step of a traced thread while that thread stands still.
class SystemCallObserver {
public:
    virtual ~SystemCallObserver() = default;
    /// Thread `tid` is about to do `call`.
    virtual void entered(pid_t tid, const SystemCall& call) = 0;
    /// The call entered last by `tid` returned `result`, or minus an errno.
    virtual void left(pid_t tid, int64_t result) = 0;
    /// `tid` now runs another program (execve(2)).
    virtual void executed(pid_t tid) = 0;
    /// `tid` has ended.
    virtual void ended(pid_t tid) = 0;
    /// `tid` did a system call of another ABI (32 bit), whose numbers mean something else.
    virtual void entered_foreign(pid_t tid) = 0;
};

/// Runs `argv` (found on PATH) with our standard input, output and error until
/// it and all that it started have ended; returns its exit status, 128 +
/// signal number for a killed one.  Errors: the program cannot be started,
/// ptrace is not allowed, an interrupt (the program and its children get
/// SIGTERM, and SIGKILL if that does not end them within 2 s).  They never
/// outlive us, not even when we are killed.  The caller must have no other
/// child process, and must call install_interrupt_handler() before.
[[nodiscard]] Result<int> trace_program(const std::vector<std::string>& argv, SystemCallObserver& observer);

}  // namespace diobench
