// SPDX-License-Identifier: GPL-2.0-only
// One cell inside the guest: make its cache state, start the reader, take the
// snapshots around it, judge.
#pragma once

#include <string>

#include "bench/guest/backend/backend.h"
#include "bench/guest/cell/evidence.h"

namespace diobench {

/// What stands from cell to cell.
struct GuestState {
    const GuestPlan& plan;
    Backends backends;
    std::string block_device;  ///< the cache's; empty: none of its own
    uint64_t base_line_bytes = 0;

    [[nodiscard]] CacheService* cache() { return backends.world().cache; }
};

/// The cell's record (an element of results.json's "cells" without kernel and boot).
/// An error means that the guest itself cannot go on.
[[nodiscard]] Result<nlohmann::json> run_cell(GuestState& state, const Cell& cell);
/// The record of a cell that was not run.
[[nodiscard]] nlohmann::json cell_record(const Cell& cell, const CellVerdict& verdict);

}  // namespace diobench
