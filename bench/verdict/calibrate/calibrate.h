// SPDX-License-Identifier: GPL-2.0-only
// Gates of kernels whose answer is known.
#pragma once

#include <string>
#include <vector>

#include "bench/common/plan/cell_filter.h"
#include "bench/host/machine/boot.h"
#include "bench/verdict/calibrate/calibration.h"

namespace diobench {

struct CalibrateOptions {
    std::string baseline = "dio";
    std::string suite = "quick";
    CellFilter filter;                 ///< of the cells of equal kernels
    MachineKind machine = MachineKind::exact;
    uint64_t seed = 1;
    uint64_t seeds = 3;                ///< exact: of each gate
    int64_t least_cells = 1000;        ///< of equal kernels, over all gates
    std::vector<std::string> slowed;   ///< names of kernel-patches/mutants; empty: every slow-*
    fs::path policy;                   ///< empty: gate.toml of the project
    fs::path output;                   ///< empty: out/<run id>
    fs::path tree;                     ///< kernel source; empty: the distribution's
    std::string revision;              ///< of `tree`
    std::vector<std::string> argv;
};

struct CalibrateOutcome {
    Calibration calibration;
    fs::path directory;
    bool kept = false;  ///< for reports; one with --filter or of some kernels is not
};

/// Gates the baseline against itself and against each same-* until least_cells were judged, then each slowed kernel against the
/// baseline; writes calibration.json to the output directory and into the cache, from where runs take it. Errors: a policy,
/// suite or series that is wrong, an interrupt; a gate that says nothing is in the calibration.
[[nodiscard]] Result<CalibrateOutcome> calibrate(const CalibrateOptions& options);

}  // namespace diobench
