// SPDX-License-Identifier: GPL-2.0-only
// The rule for numbers that a stopwatch made: the boot is the sample, boots
// are paired (docs/gate.md, "Wall clock"). Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/verdict/pairs/statistics.h"
#include "bench/verdict/pairs/verdict.h"

namespace diobench {

struct WallSettings {
    double alpha = 0.05;          ///< chance that any gate metric is called worse while none is
    double confidence = 0.95;     ///< of intervals
    size_t min_pairs = 8;         ///< before anything is looked at
    size_t max_pairs = 24;        ///< the cap
    double width = 0.5;           ///< an interval is narrow enough if half of it is this share of the floor
    double max_steal = 0.02;      ///< share of CPU time a boot may lose to the host's other machines
    double max_pressure = 0.60;   ///< share of a boot's time in which something on the host waited for a CPU
    double sentinel = 0.15;       ///< how far the host's own speed may be from its median of the session
};

/// One gated metric of one cell: ln(candidate / baseline) of each pair, signed so that more is worse.
struct WallSeries {
    std::vector<double> worse_log_ratios;
    double floor = 0;  ///< share of the baseline
};

struct WallJudgement {
    ShiftEstimate shift;     ///< of the log-ratios
    double p = 1;            ///< sign-flip, against "not worse"; left at 1 unless the interval is beyond the floor
    double adjusted_p = 1;   ///< after Holm over all series
    Verdict verdict = Verdict::inconclusive;  ///< regression: only a suspicion until confirmed
    bool better = false;
    bool narrow = false;     ///< width-based stopping: enough pairs
};

/// Judges every series; the order is kept. A suspicion needs the whole interval
/// beyond the floor and Holm's p at most alpha; a pass needs the whole interval
/// within it; all else is inconclusive. Fewer than min_pairs pairs: inconclusive.
[[nodiscard]] std::vector<WallJudgement> judge_wall(std::span<const WallSeries> series, const WallSettings& settings, uint64_t seed);

/// How many pairs the first set needs at least: min_pairs, and so many that Holm over `series` can be passed.
[[nodiscard]] size_t first_set_pairs(size_t series, const WallSettings& settings);
/// Stops on widths alone, never on what they say: true while an interval is not narrow and the cap is not reached.
[[nodiscard]] bool wants_more_pairs(std::span<const WallJudgement> judged, size_t pairs, const WallSettings& settings);

/// Whether a session whose boots gave `used` pairs and `disturbed` ones should end: max_pairs are disturbed; or min_pairs are,
/// and so many more than are of use that at this rate max_pairs would be before min_pairs are of use.
[[nodiscard]] bool is_hopeless(size_t used, size_t disturbed, const WallSettings& settings);

/// A suspicion and what an independent set of pairs says of it: a regression
/// only if that says the same, else inconclusive.
[[nodiscard]] Verdict confirmed(const WallJudgement& suspicion, const WallJudgement& independent);

}  // namespace diobench
