// SPDX-License-Identifier: GPL-2.0-only
// What a gate is asked for.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/plan/cell_filter.h"
#include "bench/host/machine/boot.h"
#include "bench/host/run/own_workloads.h"

namespace diobench {

struct GateOptions {
    std::string baseline;   ///< SERIES or SERIES@BASE, or of given results the arm's name (empty: their only arm)
    std::string candidate;
    std::string suite = "quick";
    OwnWorkloads own;       ///< instead of a suite
    CellFilter filter;
    MachineKind machine = MachineKind::exact;
    uint64_t seed = 1;      ///< the first; pair i has seed + i
    size_t seeds = 3;       ///< exact: pairs, up to kMostSeedsFactor times as many if the verdict is inconclusive
    fs::path policy;        ///< empty: gate.toml of the project
    fs::path output;        ///< empty: out/<run id>
    fs::path tree;          ///< kernel source; empty: the distribution's
    std::string revision;   ///< of `tree`
    std::vector<std::string> allow_missing;  ///< symbols of the configuration that kernels need not take
    unsigned jobs = 0;      ///< exact: machines side by side; 0: as many as CPUs
    std::set<std::string> not_judged;  ///< of given results: ids of cells that the baseline cannot have
    bool verified = false;  ///< the candidate has just passed a verification that the history does not know
    std::vector<std::string> verified_cases;  ///< globs of the only cases of that verification; empty: all
    std::vector<std::string> argv;
    bool attribute = true;  ///< exact: count instructions by kernel function
    bool cost_model = false;  ///< exact: modelled time as well (bench/host/profile/cost_model.h); it is not judged
    bool go_on = false;     ///< boots that an earlier attempt in `output` has kept are taken from there
};

}  // namespace diobench
