// SPDX-License-Identifier: GPL-2.0-only
// Was the host left alone while a boot was measured by wall clock?
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/results/store/results.h"
#include "bench/verdict/wall/wall_rule.h"

namespace diobench {

/// How long the host takes for what never changes, ns, the best of a few tries.
struct Sentinels {
    double spin_ns = 0;    ///< arithmetic in registers
    double memcpy_ns = 0;  ///< a copy larger than any cache
};
[[nodiscard]] Sentinels time_sentinels();

/// What the kernel counted so far.
struct HostCounters {
    double steal_jiffies = 0;
    double all_jiffies = 0;
    std::optional<double> cpu_pressure_us;  ///< "some", total; empty without CONFIG_PSI
    double at_s = 0;                        ///< monotonic
};
[[nodiscard]] Result<HostCounters> read_host_counters();
/// Pure: the texts of /proc/stat and /proc/pressure/cpu (empty: there is none).
[[nodiscard]] Result<HostCounters> parse_host_counters(const std::string& stat, const std::string& pressure, double at_s);

/// One boot as the host saw it.
struct BootWatch {
    double steal = 0;                ///< share of CPU time
    std::optional<double> pressure;  ///< share of the time
    std::map<std::string, double> sentinels;  ///< by name, ns: "spin before", "null rand/...", ...
};
[[nodiscard]] BootWatch boot_watch(const HostCounters& before, const HostCounters& after);
/// The null engine's cells of a run as sentinels: the guest's own speed.
void add_null_cells(const std::vector<CellResult>& cells, BootWatch& watch);

/// Why boot `watch` is not to be believed, given all of the session; empty if nothing is wrong.
/// A sentinel is held against the median of its name, from four boots on, and may be settings.sentinel off it, or three standard
/// deviations of the session where that is more: what a host always does is noise, which the statistics deal with.
[[nodiscard]] std::string why_disturbed(const BootWatch& watch, const std::vector<BootWatch>& session, const WallSettings& settings);

}  // namespace diobench
