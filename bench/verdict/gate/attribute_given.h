// SPDX-License-Identifier: GPL-2.0-only
// Where a difference of runs that were made before went, if they have kept what their functions executed.
#pragma once

#include "bench/common/base/files.h"
#include "bench/results/store/results.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// A run and the directory it was read from.
struct KeptRun {
    fs::path directory;
    Results results;
};

/// attribute_by_instructions() of two runs of the exact machine with one seed. Runs without counts leave the report as it is. Functions
/// of patches are marked if there are series of both names. Errors: of counts that cannot be read.
[[nodiscard]] Status attribute_given(const KeptRun& baseline, const KeptRun& candidate, GateReport& report);

}  // namespace diobench
