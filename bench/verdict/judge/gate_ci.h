// SPDX-License-Identifier: GPL-2.0-only
// A gate's report for continuous integration: JUnit, GitHub, GitLab.  Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/verdict/judge/gate_report.h"

namespace diobench {

inline constexpr std::string_view kCodeQualityFileName = "gl-code-quality.json";

/// One test case a problem, a self-test, a cause and a cell that passes: <failure> for regressions and what is invalid,
/// <skipped> for what is inconclusive, waived, or has nothing to judge.
[[nodiscard]] std::string gate_junit(const GateReport& report);

/// GitHub's workflow commands: ::error for regressions and what is invalid, ::warning for what is
/// inconclusive, at most ten of each (GitHub shows no more), and one ::notice for a pass.
[[nodiscard]] std::string github_annotations(const GateReport& report);
/// The Markdown that $GITHUB_STEP_SUMMARY takes.
[[nodiscard]] std::string github_step_summary(const GateReport& report);

/// GitLab's code-quality report: one issue a cause, at the policy's line that makes it gate; paths are relative to the project.
/// Fingerprints depend on verdict and description alone, so that the same finding is the same issue tomorrow.
[[nodiscard]] nlohmann::ordered_json gitlab_code_quality(const GateReport& report);

}  // namespace diobench
