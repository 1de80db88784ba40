// SPDX-License-Identifier: GPL-2.0-only
// A whole trial: from patches as people send them to one verdict.
#pragma once

#include <functional>

#include "bench/verdict/attempt/attempt.h"
#include "bench/verdict/attempt/attempt_options.h"

namespace diobench {

/// Makes every step into folders of the output directory, told to `on_step` as it ends, and writes try.json and summary.txt
/// there. The temporary series lies there, too, and nowhere else. Errors: wrong options, a machine that does not run here
/// and an interrupt, after which no directory is left that this made; what the patches do wrong is in the report.
[[nodiscard]] Result<AttemptReport> try_patches(const AttemptOptions& options, const std::function<void(const AttemptStep&)>& on_step);

}  // namespace diobench
