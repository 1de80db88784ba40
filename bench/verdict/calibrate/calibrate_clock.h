// SPDX-License-Identifier: GPL-2.0-only
// The headline cells on the exact machine and on every real clock of this host (docs/calibration.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/common/plan/cell_filter.h"
#include "bench/host/machine/boot.h"
#include "bench/verdict/calibrate/clock_report.h"

namespace diobench {

struct ClockOptions {
    std::string baseline = "fallback";
    std::vector<std::string> candidates = {"dio"};  ///< each is booted in pairs with the baseline
    std::string suite{kHeadlineSuite};
    CellFilter filter;                   ///< of the exact machine's cell ids
    std::optional<MachineKind> machine;  ///< only this real clock; empty: all of kRealClocks
    uint64_t seed = 1;
    size_t seeds = 3;                    ///< of the exact machine
    size_t pairs = 0;                    ///< of boots by each real clock; 0: min_pairs of the policy
    fs::path policy;                     ///< its [wall] decides about pairs and disturbances; empty: gate.toml of the project
    fs::path output;                     ///< empty: out/<run id>
    fs::path tree;                       ///< kernel source; empty: the distribution's
    std::string revision;                ///< of `tree`
    bool go_on = false;                  ///< what an earlier attempt in `output` has made is not made again
    std::vector<std::string> argv;
};

struct ClockOutcome {
    ClockReport report;
    fs::path directory;
    std::string why_not_kept;  ///< for reports; empty: it is
};

/// Boots seeds of the exact machine, then pairs by each real clock (bench/verdict/gate/wall_session.h), one machine at a time; writes clock.json to
/// the output directory and, if it is a whole one, into the cache, from where runs of the exact machine take it. A machine that does not run here is skipped with
/// the reason. Errors: a host without any real clock, wrong options, suite, series or policy, an interrupt.
[[nodiscard]] Result<ClockOutcome> calibrate_clock(const ClockOptions& options);

}  // namespace diobench
