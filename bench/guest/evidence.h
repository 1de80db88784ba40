// SPDX-License-Identifier: GPL-2.0-only
// From evidence to a record: which mode was really used, whether the cell
// counts, and its metrics.  Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bench/engine/measure_cell.h"
#include "bench/guest/snapshot.h"
#include "bench/plan/cell.h"

namespace diobench {

struct CellEvidence {
    Snapshot before;
    Snapshot after;
    CellMeasurement measured;
    /// guest_total_bytes of the machine with nothing mounted and nothing cached: what blob_metadata is derived from.
    uint64_t base_line_bytes = 0;
};

struct Verdict {
    std::optional<std::string> observed_io;  ///< refused, buffered, direct, mixed; null where nothing was read
    std::string status;                      ///< ok, unsupported, invalid, failed
    std::string reason;                      ///< empty only for ok
};

/// DESIGN's rules 1 to 3: right bytes, the declared mode proved, the declared cache state held.
[[nodiscard]] Verdict judge_cell(const Cell& cell, const CellEvidence& evidence);

/// The "metrics" object, by the metric table; only for cells that are ok.
[[nodiscard]] nlohmann::json cell_metrics(const Cell& cell, const CellEvidence& evidence);

}  // namespace diobench
