// SPDX-License-Identifier: GPL-2.0-only
// Questions about cells that more than one reader of a run asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/results/store/results.h"

namespace diobench {

/// fnmatch(3) on a cell id; '*' also matches '/', so "*/local/*" means every local cell.
[[nodiscard]] bool match_glob(std::string_view pattern, std::string_view cell_id);

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
/// The limit line of a cell: backend raw in the same arm with the same device,
/// pattern, block size, engine, iodepth and numjobs, or nullptr.
[[nodiscard]] const CellResult* raw_limit(const std::vector<CellResult>& cells, const CellResult& cell);
/// Throughput as a share of raw_limit()'s; missing if either number is.
[[nodiscard]] std::optional<double> ratio_to_raw(const std::vector<CellResult>& cells, const CellResult& cell);

/// Bytes of page cache that the timed region added to the machine
/// (guest_total after - before); negative if the machine dropped some.
[[nodiscard]] std::optional<double> page_cache_growth_bytes(const CellResult& cell);

/// "rand 4k qd32 io_uring": what a cell reads, for tables and axes.
[[nodiscard]] std::string read_label(const Dimensions& dimensions);

}  // namespace diobench
