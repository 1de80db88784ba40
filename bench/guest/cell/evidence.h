// SPDX-License-Identifier: GPL-2.0-only
// From evidence to a record: which mode was really used, whether the cell
// counts, and its metrics.  Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bench/common/plan/cell.h"
#include "bench/guest/cell/snapshot.h"
#include "bench/guest/daemon/daemon.h"
#include "bench/guest/engine/measure_cell.h"

namespace diobench {

/// What a second process with a hot set felt.
struct NeighbourEvidence {
    uint64_t hot_set_bytes = 0;
    uint64_t cached_before_bytes = 0;  ///< of the hot set, right before the timed region
    uint64_t cached_after_bytes = 0;
    uint64_t reread_bytes = 0;         ///< it read from the device meanwhile, because they had been dropped
    Histogram alone;                   ///< its reads while nothing else ran
    Histogram beside;                  ///< and during the timed region
};

/// The page cache at one moment of a run made for this alone.
struct CurveSample {
    uint64_t time_ns = 0;  ///< from the start of the reads
    uint64_t erofs_file_bytes = 0;
    uint64_t backing_file_bytes = 0;
    uint64_t guest_total_bytes = 0;
};

struct CellEvidence {
    Snapshot before;
    Snapshot after;
    CellMeasurement measured;
    uint64_t seed = 1;           ///< of the boot: what offsets were drawn from
    /// guest_total_bytes of the machine with nothing mounted and nothing cached: what blob_metadata is derived from.
    uint64_t base_line_bytes = 0;
    /// READs that the daemon served meanwhile; empty if there were too many to keep.
    std::vector<FetchLog::Entry> fetches;
    /// Where the data of the one file lies in its blob, if it is in one piece.
    std::optional<uint64_t> data_offset_bytes;
    std::optional<NeighbourEvidence> neighbour;
    std::vector<CurveSample> curve;
    bool mixed_requests = false;   ///< pattern trace: some reads are direct and some are not
    bool shared_domain = false;    ///< another mount of the domain may have fetched what is read
};

struct CellVerdict {
    std::optional<std::string> observed_io;  ///< refused, buffered, direct, mixed; null where nothing was read
    std::string status;                      ///< ok, unsupported, invalid, failed
    std::string reason;                      ///< empty only for ok
};

/// A cell of an open loop whose last read was submitted so much later than it was due is invalid.
inline constexpr double kLargestLag = 0.03;

/// DESIGN's rules 1 to 3: right bytes, the declared mode proved, the declared cache state held.
[[nodiscard]] CellVerdict judge_cell(const Cell& cell, const CellEvidence& evidence);

/// The "metrics" object, by the metric table; only for cells that are ok.
[[nodiscard]] nlohmann::json cell_metrics(const Cell& cell, const CellEvidence& evidence);
/// The "histograms" object: those beside the latency, by name; only for cells that are ok.
[[nodiscard]] nlohmann::json cell_histograms(const Cell& cell, const CellEvidence& evidence);
/// The "page_cache_curve" object, or null.
[[nodiscard]] nlohmann::json curve_json(const CellEvidence& evidence);

}  // namespace diobench
