// SPDX-License-Identifier: GPL-2.0-only
// One kernel on its way through a verification.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/host/kernel/build.h"
#include "bench/host/verify/boot_cases.h"
#include "bench/host/verify/expectation.h"

namespace diobench {

struct VerifyArm {
    std::string name;
    std::vector<Series> chain;          ///< requirements first, itself last
    std::vector<KnownFailure> known;    ///< failures that are no news
    std::optional<BuiltKernel> kernel;
    std::string build_error;
    std::vector<std::string> asked;     ///< cases
    CaseRun run;
    std::string doubt;                  ///< nothing was heard of it, and nothing shows whether that is its fault
    double elapsed_s = 0;               ///< from the first boot to the last, without the build
};

/// The arm of a series.
[[nodiscard]] Result<VerifyArm> make_arm(const std::string& series);
/// The arm of a mutant: what its parent is known to fail kills nobody.
[[nodiscard]] Result<VerifyArm> make_mutant_arm(const std::string& series);
/// The row of results.json.
[[nodiscard]] KernelResult describe(const VerifyArm& arm, const Judgement& judgement);

}  // namespace diobench
