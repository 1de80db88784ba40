// SPDX-License-Identifier: GPL-2.0-only
// What a run says and keeps of the fio job files that its cells are read by.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/host/workload/workload.h"
#include "bench/results/store/results.h"

namespace diobench {

/// Of the output directory: adapted job files, one a cell, which run by hand.
inline constexpr const char* kFioFolder = "fio";

/// For results.json.
[[nodiscard]] std::vector<FioJobRecord> fio_job_records(const WorkloadSet& workloads, const std::vector<Cell>& cells);
/// Writes the adapted files of those cells into `output`/kFioFolder.
[[nodiscard]] Status write_fio_files(const fs::path& output, const WorkloadSet& workloads, const std::vector<Cell>& cells);
/// The tables of what was changed, for people; empty: no cell is read by a job file.
[[nodiscard]] std::string fio_changes_text(const std::vector<FioJobRecord>& records);

}  // namespace diobench
