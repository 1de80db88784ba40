// SPDX-License-Identifier: GPL-2.0-only
// A CPU of the host for one machine alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/paths.h"

namespace diobench {

/// QEMU's two threads of an exact machine take turns: each time the guest is idle, one waits for the other. On one CPU that is a switch; on
/// two it is a wake-up of a sleeping CPU (docs/machines.md).
/// Held until destroyed, so that no other diobench of this user puts a machine there.
class HostCpu {
public:
    /// A CPU we may run on that no other machine holds; empty if there is none.
    [[nodiscard]] static std::optional<HostCpu> take();
    /// As take(), after waiting for one: more machines than CPUs would only be in each other's way. Empty where CPUs cannot be
    /// told apart (the cache folder cannot be written). Of the threads of this process that wait, the one with the longest `expected_s`
    /// goes first, so that no long one is left over for the end. Errors: an interrupt.
    [[nodiscard]] static Result<std::optional<HostCpu>> wait(double expected_s);
    [[nodiscard]] unsigned number() const { return number_; }
    /// `argv` as it runs there and nowhere else.
    [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& argv) const;

private:
    HostCpu(unsigned number, FileLock lock) : number_(number), lock_(std::move(lock)) {}
    unsigned number_;
    FileLock lock_;
};

}  // namespace diobench
