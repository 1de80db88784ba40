// SPDX-License-Identifier: GPL-2.0-only
// What the runs of one kernel say about the one thing that is bisected.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/measure/metric_table.h"
#include "bench/results/store/results.h"

namespace diobench {

/// A metric of a cell, or how the cell is read at all.
struct WatchedCell {
    std::string cell;
    const Metric* metric = nullptr;  ///< nullptr: whether its reads are direct, buffered or refused
};

/// A kernel's answer: a number, or a word.
struct StateReading {
    std::vector<double> values;  ///< one a seed
    double value = 0;            ///< their median
    std::string way;             ///< "direct", "buffered", "mixed" or "refused"; without a metric only
    std::string problem;         ///< one sentence: why there is neither; empty: there is one
    ExitCode code = ExitCode::ok;  ///< with a problem: `usage` if the kernel does not build, else `invalid`

    [[nodiscard]] bool known() const { return problem.empty(); }
};

/// Takes the answer of `kernel` out of a run with `seeds` seeds, whose every boot has the cell once.
[[nodiscard]] StateReading read_state(const Results& results, const std::string& kernel, const WatchedCell& watched, size_t seeds);

}  // namespace diobench
