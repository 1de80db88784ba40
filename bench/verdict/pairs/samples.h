// SPDX-License-Identifier: GPL-2.0-only
// Runs of two kernels, paired: what was measured of each cell with each seed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/results/store/results.h"

namespace diobench {

/// One arm in one run.
struct ArmOfRun {
    Results results;     ///< boots collapsed
    std::string kernel;  ///< name of the arm in it
};

/// The same seed, machine and suite on both kernels.
struct RunPair {
    int64_t seed = 0;
    ArmOfRun baseline;
    ArmOfRun candidate;
};

/// One cell with one seed; nullptr where the run does not have it.
struct CellPair {
    int64_t seed = 0;
    const CellResult* baseline = nullptr;
    const CellResult* candidate = nullptr;
};

/// A cell of either arm with a pair for each RunPair; pointers point into the pairs.
struct CellSamples {
    std::string cell;
    std::vector<CellPair> pairs;
};

/// One metric of a cell with one seed; empty where it is missing.
struct ValuePair {
    int64_t seed = 0;
    std::optional<double> baseline;
    std::optional<double> candidate;
};

/// Takes an arm out of a run and collapses its boots; an unknown name is an error.
[[nodiscard]] Result<ArmOfRun> take_arm(const Results& results, const std::string& kernel);
/// Both kernels were built, booted, and returned right bytes.
[[nodiscard]] bool kernels_ok(const RunPair& pair);
/// Every cell that any of the runs has, in the order of the first.
[[nodiscard]] std::vector<CellSamples> pair_cells(std::span<const RunPair> pairs);
[[nodiscard]] std::vector<ValuePair> pair_values(const CellSamples& samples, std::string_view metric);

}  // namespace diobench
