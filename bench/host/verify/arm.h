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
    std::string base;                   ///< of its name; empty: the default
    std::vector<Series> chain;          ///< requirements first, itself last; once it is built, as it is for that kernel
    std::vector<KnownFailure> known;    ///< failures that are no news
    std::optional<BuiltKernel> kernel;
    std::string build_error;
    std::vector<std::string> asked;     ///< cases
    CaseRun run;
    std::string doubt;                  ///< nothing was heard of it, and nothing shows whether that is its fault
    double elapsed_s = 0;               ///< from the first boot to the last, without the build
};

/// What an arm is: a kernel, or a mutant, whose parent's known failures kill nobody.
enum class ArmKind { kernel, mutant };
/// The arm of SERIES or SERIES@BASE.
[[nodiscard]] Result<VerifyArm> make_arm(const std::string& kernel);
/// Makes the arm's series and what they are known to fail those for its base, of this version.
[[nodiscard]] Status take_base(VerifyArm& arm, ArmKind kind, const std::string& version);
/// The row of results.json.
[[nodiscard]] KernelResult describe(const VerifyArm& arm, const Judgement& judgement);

}  // namespace diobench
