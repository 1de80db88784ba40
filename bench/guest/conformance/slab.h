// SPDX-License-Identifier: GPL-2.0-only
// How many objects the kernel's slab caches hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// Objects in use, by name of the cache.
using SlabCounts = std::map<std::string, uint64_t>;

/// Takes /proc/slabinfo's text apart (column active_objs).
[[nodiscard]] SlabCounts parse_slabinfo(std::string_view text);
/// The counts now.  Errors: no /proc/slabinfo (CONFIG_SLUB_DEBUG).
[[nodiscard]] Result<SlabCounts> slab_counts();

/// Caches of `after` that hold at least `objects` more than in `before`.
struct SlabGrowth {
    std::string cache;
    uint64_t objects = 0;
};
[[nodiscard]] std::vector<SlabGrowth> slab_growth(const SlabCounts& before, const SlabCounts& after, uint64_t objects);

/// Makes the kernel give back what a cache only keeps for later, freed
/// objects in KASAN's quarantine among them (/sys/kernel/slab/NAME/shrink).
[[nodiscard]] Status shrink_slab(const std::string& cache);

}  // namespace diobench
