// SPDX-License-Identifier: GPL-2.0-only
// The search for the first state that is as the candidate: which one to try
// next, and what is known.  Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <set>

namespace diobench {

/// Which end of a walk a state is like.
enum class StateSide {
    baseline,
    candidate,
    unknown,  ///< it cannot be said: no build, no boot, no number, or one that decides nothing
};

/// States 0 (the baseline) to `last` (the candidate); the ends are known. As with git bisect the states are
/// taken to change sides once; whatever they do, what is found are two neighbours of different sides.
class Bisection {
public:
    /// `last` is at least 1.
    explicit Bisection(size_t last) : candidate_(last) {}

    /// The state to try: of those that may still be tried the nearest to the middle. Nothing: done.
    [[nodiscard]] std::optional<size_t> next() const;
    /// What was found out of a state that next() gave.
    void record(size_t state, StateSide side);

    /// The last state known to be as the baseline, and the first known to be as the candidate.
    [[nodiscard]] size_t last_as_baseline() const { return baseline_; }
    [[nodiscard]] size_t first_as_candidate() const { return candidate_; }
    /// The two are neighbours: patch first_as_candidate() makes the difference. Otherwise all between them are unknown once next() is nothing.
    [[nodiscard]] bool found() const { return candidate_ == baseline_ + 1; }
    /// How many more states will be tried, if none of them is unknown.
    [[nodiscard]] size_t steps_left() const;

private:
    size_t baseline_ = 0;
    size_t candidate_;
    std::set<size_t> unknown_;
};

}  // namespace diobench
