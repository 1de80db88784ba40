// SPDX-License-Identifier: GPL-2.0-only
// Rule 8: everything that could explain a difference is recorded.
#pragma once

#include <map>
#include <string>

#include "bench/host/machine/boot.h"
#include "bench/results/store/results.h"

namespace diobench {

/// A run that begins now: id, time, host, tools and what it was asked for.
[[nodiscard]] Run begin_run(const std::string& suite, std::string_view machine, uint64_t seed, const std::vector<std::string>& argv);
[[nodiscard]] HostInfo describe_host();
/// Versions of diobench, its git revision, QEMU, the compiler, mkfs.erofs.
[[nodiscard]] std::map<std::string, std::string> tool_versions();
/// What a nanosecond of that machine means, in the words every report shows.
[[nodiscard]] ClockInfo clock_of(MachineKind machine, Accelerator accelerator);

}  // namespace diobench
