// SPDX-License-Identifier: GPL-2.0-only
// A gate of runs that were made before.
#pragma once

#include <vector>

#include "bench/verdict/gate/gate_options.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// The judgement of run_gate() of output directories of `diobench run`, paired by seed (exact)
/// or in the order given (real clocks: the second half of at least twice min_pairs pairs is the
/// independent set). A cell of the suite that the filter leaves and the runs do not have is invalid: runs made with a
/// filter are judged with the same one. Of options only baseline, candidate, filter, policy and output count.
/// Deciding cells name their functions if the first pair of the exact machine has kept what it counted. Errors: runs that
/// must not be compared, seeds without a partner. Self-tests are reported as not run.
[[nodiscard]] Result<GateReport> judge_directories(const std::vector<fs::path>& baseline, const std::vector<fs::path>& candidate, const GateOptions& options);

/// judge_directories() of runs in memory. `self_tests`: those that were made with the candidate's runs; empty: reported as not run.
/// Cells of options.not_judged are left out.
[[nodiscard]] Result<GateReport> judge_results(std::vector<Results> baseline, std::vector<Results> candidate, const GateOptions& options,
                                               std::vector<SelfTest> self_tests = {});

}  // namespace diobench
