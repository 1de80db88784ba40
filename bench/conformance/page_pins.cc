// SPDX-License-Identifier: GPL-2.0-only
#include "bench/conformance/page_pins.h"

#include <cstdlib>
#include <string>

#include "bench/base/files.h"
#include "bench/base/text.h"

namespace diobench {

namespace {

uint64_t counter(const std::string& text, const std::string& name) {
    for (const auto& line : split(text, '\n'))
        if (line.starts_with(name + " ")) return std::strtoull(line.c_str() + name.size(), nullptr, 10);
    return 0;
}

}  // namespace

int64_t pinned_pages() {
    // Counters of each CPU are added up when somebody reads this.
    (void)read_file("/proc/sys/vm/stat_refresh");
    const std::string text = read_file("/proc/vmstat").value_or("");
    return static_cast<int64_t>(counter(text, "nr_foll_pin_acquired") - counter(text, "nr_foll_pin_released"));
}

}  // namespace diobench
