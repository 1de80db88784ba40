// SPDX-License-Identifier: GPL-2.0-only
// By how much several cells differ, in one phrase.
#pragma once

#include <span>
#include <string>

#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// Of the metrics that have the verdict (of pass: that are better): the time that most cells say, median and maximum, then what is counted.
struct Effect {
    std::string text;
    int64_t policy_line = 1;
};
[[nodiscard]] Effect effect_of(std::span<const CellReport* const> cells, Verdict verdict);

}  // namespace diobench
