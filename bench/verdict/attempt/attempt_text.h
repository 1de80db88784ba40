// SPDX-License-Identifier: GPL-2.0-only
// A trial for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/verdict/attempt/attempt.h"

namespace diobench {

/// "verify  wrong             3 of 302 cases fail, ...  52 s", and below it the lines of a step that is not ok.
[[nodiscard]] std::string step_line(const AttemptStep& step);
/// The command to go on with, where the files are, and last the verdict with the sentence of the step that decides.
[[nodiscard]] std::string verdict_lines(const AttemptReport& report);
/// Both, of every step.
[[nodiscard]] std::string attempt_text(const AttemptReport& report);
/// try.json.
[[nodiscard]] nlohmann::ordered_json attempt_json(const AttemptReport& report);

}  // namespace diobench
