// SPDX-License-Identifier: GPL-2.0-only
// What a user brings to be read instead of a suite of ours.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/results/store/results.h"

namespace diobench {

struct OwnWorkloads {
    std::vector<fs::path> files;         ///< workload files
    std::vector<fs::path> fio_jobs;      ///< fio job files as they are
    bool strict_fio = false;             ///< refuse job files that would have to be changed
    bool reads_of_mixed = false;         ///< keep the reads of jobs that read and write
    std::map<std::string, std::string> fio_variables;  ///< "${NAME}" of job files, before the environment's

    [[nodiscard]] bool any() const { return !files.empty() || !fio_jobs.empty(); }
    /// As options of a command, a space before each; empty: none.
    [[nodiscard]] std::string options_text() const;
};

}  // namespace diobench
