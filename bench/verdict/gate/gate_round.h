// SPDX-License-Identifier: GPL-2.0-only
// The boots of a gate on the exact machine, a CPU of the host for each.
#pragma once

#include "bench/verdict/gate/gate_runs.h"

namespace diobench {

struct GateRound {
    Results self_test;
    std::vector<RunPair> pairs;  ///< by seed
};

/// The self-test named `self_test` once and a pair for each of the seeds from options.seed on, all at the same time: each boot waits for
/// a CPU (bench/host/machine/host_cpu.h), so none is idle before the last boot. With options.jobs one after the other.
/// `profiles`, if not null, gets the instructions of the first pair. Errors: the first one of any of them.
[[nodiscard]] Result<GateRound> run_round(const GateRuns& runs, const GateOptions& options, const std::string& self_test, ProfiledPair* profiles);

}  // namespace diobench
