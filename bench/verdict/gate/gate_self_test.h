// SPDX-License-Identifier: GPL-2.0-only
// The self-test of a gate on the exact machine: two boots of the candidate (docs/gate.md, "Self-tests").
#pragma once

#include <string>
#include <vector>

#include "bench/verdict/exact/self_test.h"
#include "bench/verdict/gate/gate_options.h"

namespace diobench {

/// The folders of its runs.
inline constexpr const char* kFirstSelfTest = "self-test-1";
inline constexpr const char* kSecondSelfTest = "self-test-2";

/// What the exact machine's self-tests say, or the problem of the kernel that keeps them from being made.
struct SelfTestOutcome {
    std::vector<SelfTest> tests;
    std::string problem;
    bool build_failed = false;
};
/// Boots options.candidate with the self-test's cells; `directory` exists and gets the runs.
[[nodiscard]] Result<SelfTestOutcome> run_self_tests(const GateOptions& options, const fs::path& directory);

/// What the first boot shows before anything is measured: a problem or none, no tests.
[[nodiscard]] SelfTestOutcome look_at_candidate(const Results& first);
[[nodiscard]] std::vector<SelfTest> judge_self_tests(const Results& first, const Results& second);

}  // namespace diobench
