// SPDX-License-Identifier: GPL-2.0-only
// One cell in the reading process: open, prepare, read, check.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bench/common/image/test_images.h"
#include "bench/common/plan/cell.h"
#include "bench/guest/engine/engine.h"

namespace diobench {

/// A file and what is known of it.
struct TargetFile {
    std::string path;               ///< empty for backend null
    uint64_t base_offset_bytes = 0; ///< where the file's data starts in `path` (raw: inside the backing file)
    uint64_t size_bytes = 0;        ///< bytes that may be read, from base_offset_bytes; 0: the size of the file
    std::optional<TestFile> known;  ///< whose content samples are checked against
};

/// What a cell reads: its files as one after the other, or for pattern trace
/// the files of the trace in their order.
struct ReadTarget {
    std::vector<TargetFile> files;
    uint64_t content_seed = 1;
    std::string trace;              ///< text (bench/common/trace/trace.h); empty: the cell's pattern
    PageOrder page_order = PageOrder::as_allocated;  ///< of the buffers
    bool noatime = false;           ///< files are opened with O_NOATIME (ours alone, or with CAP_FOWNER)

    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<ReadTarget> from_json(const nlohmann::json& json);
};

struct CellMeasurement {
    int open_errno = 0;             ///< open(2) with the cell's flags was refused with this; then nothing else holds
    std::string unsupported;        ///< why this kernel cannot do what the engine needs; then nothing else holds
    ReadStats stats;                ///< of all jobs together
    uint64_t open_ns = 0;           ///< time of open(2) of the first file
    uint64_t cpu_ns = 0;            ///< of this process, all threads, in the timed region
    uint64_t context_switches = 0;
    uint64_t unique_bytes = 0;      ///< distinct bytes of the files that were asked for
    uint64_t whole_bytes = 0;       ///< size of the files that were asked for
    uint64_t offered_ns = 0;        ///< open loop: when the last read was due, from the start; 0: closed loop
    std::vector<uint64_t> job_elapsed_ns;
    std::vector<uint64_t> job_ops;
    uint64_t checked_reads = 0;     ///< reads whose bytes were compared after the run
    std::optional<uint64_t> mismatch_offset_bytes;
    std::string mismatch_file;
    // Of cells that fio reads, which are measured in this process and never sent.
    bool ramped = false;            ///< it read before anything was measured (ramp_time)
    std::optional<uint64_t> latency_iodepth;  ///< that fio found to keep its latency_target

    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<CellMeasurement> from_json(const nlohmann::json& json);
};

/// Called right before and right after the timed region, outside of it.
struct MeasureHooks {
    std::function<Status()> before = [] { return Status{}; };
    std::function<Status()> after = [] { return Status{}; };
};

/// Makes the reads of the cell.  `seed` orders random offsets.
[[nodiscard]] Result<CellMeasurement> measure_cell(const Cell& cell, const ReadTarget& target, uint64_t seed, const MeasureHooks& hooks);

/// Whether the bytes of a read's first, last and some middle pieces are what
/// `file` has there; the offset in the file of the first that is not.
[[nodiscard]] std::optional<uint64_t> wrong_sample(const FileContent& content, uint64_t offset_bytes, std::span<const std::byte> data, unsigned variety);

}  // namespace diobench
