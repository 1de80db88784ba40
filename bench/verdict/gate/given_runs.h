// SPDX-License-Identifier: GPL-2.0-only
// Runs that were made before: which of them may be held against each other, and in which pairs.
#pragma once

#include <string>
#include <vector>

#include "bench/verdict/pairs/samples.h"

namespace diobench {

/// Both sides in pairs.
struct GivenPairs {
    Run run;                ///< the baseline's first
    std::string baseline;   ///< names of the arms
    std::string candidate;
    std::vector<RunPair> pairs;

    [[nodiscard]] bool have_real_clock() const { return run.clock.kind != "virtual"; }
};

/// Takes an arm out of each run, `baseline_arm` and `candidate_arm` (empty: their only one), with what the store knows of its verification
/// taken into account, and pairs them: of a virtual clock by seed, others in the order given. Errors: a side without a run, of several
/// kernels, or with a run twice; runs that must not be compared; seeds without a partner.
[[nodiscard]] Result<GivenPairs> pair_given_runs(std::vector<Results> baseline, const std::string& baseline_arm, std::vector<Results> candidate,
                                                 const std::string& candidate_arm);

}  // namespace diobench
