// SPDX-License-Identifier: GPL-2.0-only
// One cell in the reading process: open, prepare, read, check.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bench/engine/engine.h"
#include "bench/image/content.h"
#include "bench/plan/cell.h"

namespace diobench {

/// The file and what is known of it.
struct ReadTarget {
    std::string path;               ///< empty for backend null
    uint64_t base_offset_bytes = 0; ///< where the file's data starts in `path` (raw: inside the backing file)
    uint64_t size_bytes = 0;        ///< bytes that may be read, from base_offset_bytes; 0: the size of the file
    std::optional<FileContent> content;  ///< if known, samples are checked against it
};

struct CellMeasurement {
    int open_errno = 0;             ///< open(2) with the cell's flags was refused with this; then nothing else holds
    ReadStats stats;
    uint64_t cpu_ns = 0;            ///< of this process, all threads, in the timed region
    uint64_t context_switches = 0;
    uint64_t unique_bytes = 0;      ///< distinct bytes of the file that were asked for
    uint64_t checked_reads = 0;     ///< reads whose bytes were compared after the run
    std::optional<uint64_t> mismatch_offset_bytes;

    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<CellMeasurement> from_json(const nlohmann::json& json);
};

/// Called right before and right after the timed region, outside of it.
struct MeasureHooks {
    std::function<Status()> before = [] { return Status{}; };
    std::function<Status()> after = [] { return Status{}; };
};

/// Reads `cell.ops` blocks as the cell says.  `seed` orders random offsets.
[[nodiscard]] Result<CellMeasurement> measure_cell(const Cell& cell, const ReadTarget& target, uint64_t seed,
                                                   const MeasureHooks& hooks);

}  // namespace diobench
