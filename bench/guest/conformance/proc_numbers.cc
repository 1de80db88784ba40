// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/proc_numbers.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"

namespace diobench {

uint64_t number_in(std::string_view text, std::string_view name) {
    for (const auto& line : split(text, '\n'))
        if (line.starts_with(name)) return std::strtoull(line.c_str() + name.size(), nullptr, 10);
    return 0;
}

namespace {

std::string vmstat() {
    // Counters of each CPU are added up when somebody reads this.
    (void)read_file("/proc/sys/vm/stat_refresh");
    return read_file("/proc/vmstat").value_or("");
}

}  // namespace

int64_t file_pages() { return static_cast<int64_t>(number_in(vmstat(), "nr_file_pages ")); }

int64_t pinned_pages() {
    const std::string text = vmstat();
    return static_cast<int64_t>(number_in(text, "nr_foll_pin_acquired ") - number_in(text, "nr_foll_pin_released "));
}

Uptime uptime() {
    static const long cpus = ::sysconf(_SC_NPROCESSORS_ONLN);
    Uptime now;
    const std::string text = read_file("/proc/uptime").value_or("");
    std::sscanf(text.c_str(), "%lf %lf", &now.wall_s, &now.idle_s);
    now.idle_s -= static_cast<double>(cpus - 1) * now.wall_s;  // the sum over CPUs
    return now;
}

}  // namespace diobench
