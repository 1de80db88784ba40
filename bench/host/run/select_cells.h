// SPDX-License-Identifier: GPL-2.0-only
// Which cells a run measures.
#pragma once

#include "bench/host/run/run_suite.h"
#include "bench/host/workload/workload.h"

namespace diobench {

/// What the engines and back ends of this program can do.
[[nodiscard]] Abilities abilities();

/// The same, and how this run takes job files.
[[nodiscard]] Abilities abilities(const RunOptions& options);

struct SelectedCells {
    WorkloadSet workloads;
    std::vector<Cell> cells;  ///< in file order, or RunOptions::backwards
    std::map<std::string, std::string> fio_variables;  ///< that the user's own job files name, with their values
};

/// The suite's cells (or those of options.own.files and options.own.fio_jobs,
/// if there are any) that pass the filter; on a machine with one real disk all
/// on that.  An empty answer is an error.
[[nodiscard]] Result<SelectedCells> select_cells(const RunOptions& options);

}  // namespace diobench
