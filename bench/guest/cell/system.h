// SPDX-License-Identifier: GPL-2.0-only
// Making a bare kernel a place where a measurement can be made.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// Mounts /proc, /sys, /dev, configfs.
[[nodiscard]] Status mount_system();
/// Gives the kernel's random generator its seed: an unseeded one is the
/// largest remaining noise of an exact machine.
[[nodiscard]] Status seed_random(uint64_t seed);
/// Lines of `wanted` ("CONFIG_X=y", "# CONFIG_X is not set") that /proc/config.gz does not have.
[[nodiscard]] Result<std::vector<std::string>> missing_config(const std::vector<std::string>& wanted);
/// What the machine is, for the record: kernel release, clock source, CPU model, flags, memory.
[[nodiscard]] Result<nlohmann::json> describe_machine();
/// Why this is not the exact machine that results claim, empty if it is: the
/// clock source must be the tsc and the CPU must lack erms, fsrm, rdrand, rdseed.
[[nodiscard]] std::string exact_machine_fault(const nlohmann::json& description);

/// Waits (at most 5 s) until the kernel has chosen its lasting clock source.
[[nodiscard]] Status wait_for_clock();
/// Writes back, waits for a grace period and for 100 ms of quiet, so that what
/// came before does not run inside the timed region.
void settle();
/// Sleeps until half a millisecond behind a tick of the timer that is also a whole multiple of kTickRaster_ns on
/// CLOCK_MONOTONIC (the kernel aligns its ticks to that clock). Whatever is timed next meets as many ticks as
/// another kernel's would: which part of a tick it begins in is no property of a kernel.
void wait_for_tick();
inline constexpr int64_t kTickRaster_ns = 20'000'000;  // whole ticks at 50, 100, 250 and 1000 Hz
/// Drops page cache, dentries and inodes that are not in use.
[[nodiscard]] Status drop_caches();
/// Ends the machine.
[[noreturn]] void power_off();

}  // namespace diobench
