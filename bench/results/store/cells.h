// SPDX-License-Identifier: GPL-2.0-only
// Questions about cells that more than one reader of a run asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/text.h"
#include "bench/common/measure/metric_table.h"
#include "bench/common/plan/read_label.h"
#include "bench/results/store/results.h"

namespace diobench {

/// One cell for each (kernel, cell id), in the order of first appearance: the
/// boots of a cell are samples of it.  Metrics are aggregated as the metric
/// table says (an `identical` one that is not identical is missing), and
/// histograms are merged.  One boot without numbers takes the numbers of all:
/// a missing sample must be seen.  `boot` is that of the first.
[[nodiscard]] std::vector<CellResult> collapse_boots(const std::vector<CellResult>& cells);

/// The cell of that id in an arm, or nullptr.  Looks at the first boot it finds.
[[nodiscard]] const CellResult* find_cell(const std::vector<CellResult>& cells, std::string_view kernel,
                                          std::string_view cell_id);
/// The same cell in another arm, or nullptr.
[[nodiscard]] const CellResult* counterpart(const std::vector<CellResult>& cells, const CellResult& cell,
                                            std::string_view kernel);
/// The same read with another `io` (buffered for a direct one) in the same arm, or nullptr.
[[nodiscard]] const CellResult* with_other_io(const std::vector<CellResult>& cells, const CellResult& cell,
                                              IoMode io);
/// The same read by another back end in the same arm, one with numbers first: same device, pattern, block
/// size, engine, iodepth, numjobs and arrival, or nullptr. One of the same workload comes before others.
[[nodiscard]] const CellResult* same_read(const std::vector<CellResult>& cells, const CellResult& cell, std::string_view backend);

/// Reads by this engine pin their buffers once: the kernel does nothing with the caller's memory.
inline constexpr std::string_view kFixedBuffers = "io_uring-fixed";

/// The least that a read with O_DIRECT can take: the same read of the block device itself (back end device)
/// in the same arm, by the same engine or, where that is better, with fixed buffers. What the block layer
/// does with pages of an ordinary buffer is more than a file system must do.
struct Floor {
    const CellResult* same = nullptr;   ///< by the same engine; never null
    const CellResult* fixed = nullptr;  ///< with fixed buffers; null if the run has none

    /// The better number of both.
    [[nodiscard]] std::optional<double> value(std::optional<double> (*of)(const CellResult&), Direction direction) const;
};
/// The floor of a cell; nullopt if the run has no such read of the device.
[[nodiscard]] std::optional<Floor> floor_of(const std::vector<CellResult>& cells, const CellResult& cell);
/// Whether it binds a read: seen to be direct, every byte from the device (nothing of it a hole), and
/// nothing left in a page cache below (a loop device reads ahead of its image file).
[[nodiscard]] bool is_bound_by_floor(const CellResult& cell);

/// The metrics that page_cache_growth_bytes() is made of.
inline constexpr std::string_view kPageCacheBefore = "page_cache_bytes.guest_total.before";
inline constexpr std::string_view kPageCacheAfter = "page_cache_bytes.guest_total.after";
/// Bytes of page cache that the timed region added to the machine
/// (guest_total after - before); negative if the machine dropped some.
[[nodiscard]] std::optional<double> page_cache_growth_bytes(const CellResult& cell);

}  // namespace diobench
