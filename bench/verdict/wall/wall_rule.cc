// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/wall/wall_rule.h"

#include <algorithm>
#include <cmath>

namespace diobench {

namespace {

WallJudgement judge_one(const WallSeries& series, const WallSettings& settings, uint64_t seed) {
    WallJudgement out;
    const double floor = std::log1p(series.floor);
    out.shift = hodges_lehmann(series.worse_log_ratios, settings.confidence);
    // Only what is beyond the floor can be a suspicion; all others may keep p = 1, which makes Holm no milder.
    if (position_of(out.shift.interval, floor) == Position::worse) out.p = sign_flip_p(series.worse_log_ratios, Tail::greater, seed);
    out.narrow = (out.shift.interval.high - out.shift.interval.low) / 2 <= settings.width * floor;
    return out;
}

Verdict decide(const WallJudgement& judged, const WallSeries& series, const WallSettings& settings) {
    if (series.worse_log_ratios.size() < settings.min_pairs) return Verdict::inconclusive;
    switch (position_of(judged.shift.interval, std::log1p(series.floor))) {
    case Position::not_worse: return Verdict::pass;
    case Position::worse: return judged.adjusted_p <= settings.alpha ? Verdict::regression : Verdict::inconclusive;
    case Position::undecided: break;
    }
    return Verdict::inconclusive;
}

}  // namespace

std::vector<WallJudgement> judge_wall(std::span<const WallSeries> series, const WallSettings& settings, uint64_t seed) {
    std::vector<WallJudgement> out;
    std::vector<double> p_values;
    for (const auto& one : series) {
        out.push_back(judge_one(one, settings, seed));
        p_values.push_back(out.back().p);
    }
    const auto adjusted = holm(p_values);
    for (size_t i = 0; i < out.size(); ++i) {
        out[i].adjusted_p = adjusted[i];
        out[i].verdict = decide(out[i], series[i], settings);
        out[i].better = out[i].shift.interval.high < -std::log1p(series[i].floor);
    }
    return out;
}

size_t first_set_pairs(size_t series, const WallSettings& settings) {
    return std::max(settings.min_pairs, fewest_pairs(series, settings.alpha));
}

bool wants_more_pairs(std::span<const WallJudgement> judged, size_t pairs, const WallSettings& settings) {
    if (pairs >= settings.max_pairs) return false;
    return std::any_of(judged.begin(), judged.end(), [](const WallJudgement& one) { return !one.narrow; });
}

bool is_hopeless(size_t used, size_t disturbed, const WallSettings& settings) {
    if (disturbed >= settings.max_pairs) return true;
    return disturbed >= settings.min_pairs && disturbed * settings.min_pairs > used * settings.max_pairs;
}

Verdict confirmed(const WallJudgement& suspicion, const WallJudgement& independent) {
    if (suspicion.verdict != Verdict::regression) return suspicion.verdict;
    return independent.verdict == Verdict::regression ? Verdict::regression : Verdict::inconclusive;
}

}  // namespace diobench
