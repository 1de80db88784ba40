// SPDX-License-Identifier: GPL-2.0-only
// Numbers of the whole kernel, from /proc.
#pragma once

#include <cstdint>
#include <string_view>

namespace diobench {

/// The number behind `name`, separator included ("MemAvailable:", "pgpgin "), at
/// the start of a line of `text`; 0 if there is none.
[[nodiscard]] uint64_t number_in(std::string_view text, std::string_view name);

/// Pages pinned for I/O now, by all processes (/proc/vmstat, nr_foll_pin_acquired -
/// nr_foll_pin_released; Documentation/core-api/pin_user_pages.rst).
[[nodiscard]] int64_t pinned_pages();

/// Pages of the page cache now, of all files (/proc/vmstat, nr_file_pages).
[[nodiscard]] int64_t file_pages();

/// Seconds since boot, and seconds in which the machine had nothing to do (of several CPUs all of
/// them, at least): on a host with too much to do those tell waiting from work (proc_uptime(5)).
struct Uptime {
    double wall_s = 0;
    double idle_s = 0;
};
[[nodiscard]] Uptime uptime();

}  // namespace diobench
