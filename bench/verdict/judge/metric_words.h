// SPDX-License-Identifier: GPL-2.0-only
// A gated metric's numbers, for people.
#pragma once

#include <string>

#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// "1 test", "180 tests", "3,928 metrics".
[[nodiscard]] std::string plural(size_t count, std::string_view noun);
/// A value with its unit, with as many digits as a small difference needs.
[[nodiscard]] std::string value_text(const Metric& metric, double value);
/// "+566 ns", "-3.75 us", "+1", "+128 KiB": how much more is worse.
[[nodiscard]] std::string difference_text(const Metric& metric, double difference);
/// "+0.0123 %", "+4.90 %", "from nothing".
[[nodiscard]] std::string share_text(double share);
/// "+4.9 %": how much worse; "-" without a number.
[[nodiscard]] std::string how_much(const MetricReport& metric);
/// "3 of 3 seeds say so, +4.8 % to +5.0 %", or why there is no number.
[[nodiscard]] std::string how_sure(const MetricReport& metric, size_t pairs);

}  // namespace diobench
