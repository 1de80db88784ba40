// SPDX-License-Identifier: GPL-2.0-only
// Which reads waited for a fetch and which found their bytes in the cache.
#pragma once

#include <optional>
#include <span>

#include "bench/guest/daemon/daemon.h"
#include "bench/guest/engine/engine.h"

namespace diobench {

struct OnDemandSplit {
    Histogram wait;  ///< reads during which a fetch of their own bytes was done
    Histogram hit;   ///< all others
};

/// `requests` and `spans` belong together.  `data_offset_bytes`: what has to be
/// added to a request's offset to have its place in the blob; without it, a
/// read waited if any fetch was done during it, which is right only if
/// `iodepth` is 1: otherwise the answer is nothing.
[[nodiscard]] std::optional<OnDemandSplit> split_on_demand(std::span<const Request> requests, std::span<const ReadSpan> spans,
                                                           std::span<const FetchLog::Entry> fetches,
                                                           std::optional<uint64_t> data_offset_bytes, unsigned iodepth);

}  // namespace diobench
