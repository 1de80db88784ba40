// SPDX-License-Identifier: GPL-2.0-only
// Which boots a run makes: a pure function of its cells and seeds, so that a
// run that is resumed, or shared by several hosts, makes the same ones.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/plan/cell.h"

namespace diobench {

/// One boot of each kernel.
struct PlannedBoot {
    std::string label;      ///< names its files: "ram", "ram-2", "ram-seed7"
    std::string device;
    uint64_t seed = 1;
    std::vector<Cell> cells;
};

/// Cells share a boot if they have the same device, in file order; a boot has
/// at most kMostCells cells, images of at most kMostLayouts layouts, and one
/// image on a spare block device.  `seeds` repeat all of it.
[[nodiscard]] std::vector<PlannedBoot> plan_boots(const std::vector<Cell>& cells, const std::vector<uint64_t>& seeds);

inline constexpr size_t kMostCells = 200;
inline constexpr size_t kMostLayouts = 3;

/// SHA-256 of what each boot does, in order, one of repeated boots: what a cell's boot did before it, and what memory its images take, is in
/// the cell's counts. Seeds are not part of it.
[[nodiscard]] std::string plan_sha256(const std::vector<PlannedBoot>& boots);

/// Part `number` (1..count) of the boots: every count-th. Error: that is none.
[[nodiscard]] Result<std::vector<PlannedBoot>> take_shard(std::vector<PlannedBoot> boots, unsigned number, unsigned count);

/// The boots with these labels, in the order of the plan; no labels: all. Error: a label that no boot has.
[[nodiscard]] Result<std::vector<PlannedBoot>> take_boots(std::vector<PlannedBoot> boots, const std::vector<std::string>& labels);

/// Bytes that the cache's device, and a spare one beside it, must have.
[[nodiscard]] uint64_t device_bytes(const PlannedBoot& boot);
/// Whether a cell wants a block device beside the cache's.
[[nodiscard]] bool needs_second_device(const Cell& cell);
/// Where the machine keeps what is written to its devices.
enum class DeviceContent { in_memory, outside };
/// Memory of the machine, MiB.
[[nodiscard]] unsigned memory_mib(const PlannedBoot& boot, DeviceContent content);

}  // namespace diobench
