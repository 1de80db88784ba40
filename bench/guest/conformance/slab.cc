// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/slab.h"

#include <cstdio>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"

namespace diobench {

SlabCounts parse_slabinfo(std::string_view text) {
    SlabCounts counts;
    for (const auto& line : split(text, '\n')) {
        char name[128] = "";
        unsigned long long active = 0;
        if (line.starts_with("slabinfo") || line.starts_with("#")) continue;
        if (std::sscanf(line.c_str(), "%127s %llu", name, &active) == 2) counts[name] = active;
    }
    return counts;
}

Result<SlabCounts> slab_counts() {
    auto text = read_file("/proc/slabinfo");
    if (!text) return forward(text);
    return parse_slabinfo(*text);
}

std::vector<SlabGrowth> slab_growth(const SlabCounts& before, const SlabCounts& after, uint64_t objects) {
    std::vector<SlabGrowth> grown;
    for (const auto& [cache, now] : after) {
        const auto found = before.find(cache);
        const uint64_t then = found == before.end() ? 0 : found->second;
        if (now >= then + objects) grown.push_back({cache, now - then});
    }
    return grown;
}

Status shrink_slab(const std::string& cache) { return write_knob("/sys/kernel/slab/" + cache + "/shrink", "1"); }

}  // namespace diobench
