// SPDX-License-Identifier: GPL-2.0-only
// Patches on trial, step by step: does it apply, build, read right, cost nothing, and if not, which patch is it?
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

inline constexpr int64_t kAttemptSchemaVersion = 1;
inline constexpr std::string_view kAttemptFileName = "try.json";

/// Orders exit codes as gates do: what says nothing is worse than what says no.
[[nodiscard]] int badness(ExitCode code);

/// What a step came to.
struct StepOutcome {
    ExitCode code = ExitCode::ok;
    std::string result;    ///< a word or two: "ok", "pass", "regression", "does not apply"
    std::string sentence;  ///< one line
    std::string detail;    ///< lines for whoever asks why; empty: there is nothing to say
    std::string next;      ///< the command to go on with; empty: there is none
};

/// A step that was made.
struct AttemptStep {
    std::string name;
    StepOutcome outcome;
    double elapsed_s = 0;
};

/// What is tried, known once it applies.
struct Candidate {
    std::string name;
    std::string series;    ///< as other commands take it: a name or a folder
    size_t patches = 0;
};

struct AttemptReport {
    std::string baseline;  ///< the series it is tried against
    Candidate candidate;   ///< of what does not apply the name alone
    std::vector<AttemptStep> steps;
    std::string directory;
    std::string started_at;
    double elapsed_s = 0;

    /// The step that decides: the worst one, of equally bad ones the first. Never null once a step was made.
    [[nodiscard]] const AttemptStep* deciding() const;
    [[nodiscard]] ExitCode exit_code() const;
    /// The step that decides, of those it was followed by the last one that knows how to go on; else empty.
    [[nodiscard]] std::string next() const;
};

/// How each step is made. An error of one is its outcome, with the error's exit code; an interrupt ends everything.
struct AttemptSteps {
    std::function<Result<StepOutcome>(Candidate&)> apply;
    std::function<Result<StepOutcome>(const Candidate&)> build;
    std::function<Result<StepOutcome>(const Candidate&)> verify;
    std::function<Result<StepOutcome>(const Candidate&)> gate;
    std::function<Result<StepOutcome>(const Candidate&)> bisect_verify;  ///< after a verify that is red, of several patches
    std::function<Result<StepOutcome>(const Candidate&)> bisect_gate;    ///< after a gate that is red, of several patches
    std::function<void(const AttemptStep&)> on_step;                     ///< told of each as it ends; may be empty
};

/// Makes the steps in their order, up to the first that is not ok: what does not apply is not built, what reads wrong has
/// no speed. A red one of several patches is followed by its bisection, whose own outcome makes nothing worse.
[[nodiscard]] Status make_attempt(const AttemptSteps& steps, AttemptReport& report);

}  // namespace diobench
