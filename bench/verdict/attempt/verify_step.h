// SPDX-License-Identifier: GPL-2.0-only
// Is what is tried right, and if not, since which patch?
#pragma once

#include <functional>
#include <string>

#include "bench/results/store/results.h"
#include "bench/verdict/attempt/attempt.h"
#include "bench/verdict/attempt/attempt_options.h"
#include "bench/verdict/attempt/candidate.h"

namespace diobench {

/// Runs the conformance cases into `directory`. What a kernel does wrong is the outcome: failed cases by name, of one that
/// does not boot the first lines of its oops. `first_failed` gets the case that a bisection follows; empty: it did not boot.
[[nodiscard]] Result<StepOutcome> verify_candidate(const AttemptOptions& options, const SourceOfBuilds& source, const Candidate& candidate, const fs::path& directory, std::string& first_failed);
/// The outcome of a verification, whose consoles lie below `directory`.
[[nodiscard]] StepOutcome verify_outcome(const KernelResult& kernel, ExitCode code, const fs::path& directory, std::string& first_failed);

/// Names the first patch with which `failed` fails (empty: with which no case runs): its kernels are made below `directory`.
[[nodiscard]] Result<StepOutcome> bisect_wrong(const AttemptOptions& options, const SourceOfBuilds& source, const std::string& baseline, const Candidate& candidate, const fs::path& directory,
                                               const std::string& failed);
/// The first of the states 1 to `last` that is bad, if a state is bad whenever the one before is; `last` is known to be.
[[nodiscard]] Result<size_t> first_bad_state(size_t last, const std::function<Result<bool>(size_t)>& is_bad);

}  // namespace diobench
