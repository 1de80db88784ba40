// SPDX-License-Identifier: GPL-2.0-only
// A bisection for people: the answer first, then the states in the order they were tried.
#pragma once

#include <string>

#include "bench/verdict/bisect/bisect.h"

namespace diobench {

/// "latency_ns.mean", or what is followed instead of a metric.
[[nodiscard]] std::string followed_name(const Followed& followed);
/// "5432.1 ns", "direct", or "-" for no answer.
[[nodiscard]] std::string reading_text(const StateReading& reading, const Followed& followed);
/// "5432.1 ns: as the baseline", or why it is unknown.
[[nodiscard]] std::string step_text(const BisectStep& step, const Followed& followed);
/// "\"erofs: x\" (0003-erofs-x.patch)", or with the commit.
[[nodiscard]] std::string patch_text(const WalkedPatch& patch);
/// The whole report.
[[nodiscard]] std::string bisect_text(const BisectReport& report);

}  // namespace diobench
