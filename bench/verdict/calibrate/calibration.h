// SPDX-License-Identifier: GPL-2.0-only
// What the gate can be trusted with on this machine: the result of `diobench calibrate`.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// Gates of two kernels of which none is worse.
struct NullTrial {
    std::string candidate;       ///< against the baseline; the baseline itself, or one of kernel-patches/mutants/same-*
    int64_t gates = 0;
    int64_t cells = 0;           ///< judged, over all gates
    int64_t metrics = 0;
    int64_t false_alarms = 0;    ///< metrics that were called a regression
    int64_t undecided = 0;       ///< metrics that were called inconclusive
    double largest = 0;          ///< of the differences of times: share of the baseline
    std::string largest_where;   ///< metric and cell
};

/// A gate of a kernel that is slower by a known amount.
struct SlowTrial {
    std::string name;
    std::string purpose;
    std::string expected;        ///< "about 27 instructions a read in */fscache/*/local/direct/*"
    std::string verdict;         ///< of the gate
    bool found = false;          ///< an expected metric of an expected cell was a regression
    bool attributed = false;     ///< machine exact: to one of the expected functions
    std::string function;        ///< the expected one that accounts for most, and else the one that does
    int64_t cells = 0;           ///< expected cells that were judged
    int64_t cells_found = 0;     ///< of them, called a regression
    std::string smallest_metric; ///< the smallest change that was called a regression; empty: none
    std::string smallest_cell;
    double smallest = 0;         ///< share of the baseline
    double largest_missed = 0;   ///< of the cells that were not: the largest change, share of the baseline
    std::string problem;         ///< why the gate said nothing
};

/// The smallest change of a metric that was found with every seed.
struct SmallestFound {
    std::string metric;
    double change = 0;  ///< share of the baseline; infinite: from nothing
    std::string by;     ///< which slowed kernel
};

struct Calibration {
    std::string measured_at;     ///< UTC, ISO 8601
    std::string machine;
    std::string suite;
    std::string baseline;
    int64_t seeds = 0;           ///< of each gate; by wall clock 0
    std::map<std::string, std::string> tool;  ///< versions of what made the numbers
    double elapsed_s = 0;
    std::vector<NullTrial> same;
    std::vector<SlowTrial> slow;

    /// False alarms for a thousand judged cells; empty: no cell was judged.
    [[nodiscard]] std::optional<double> false_alarms_per_thousand() const;
    [[nodiscard]] std::vector<SmallestFound> smallest_found() const;
    /// One sentence for each thing the gate got wrong.
    [[nodiscard]] std::vector<std::string> failures() const;
    [[nodiscard]] nlohmann::ordered_json to_json() const;
};

/// The table for a terminal.
[[nodiscard]] std::string calibration_text(const Calibration& calibration);

}  // namespace diobench
