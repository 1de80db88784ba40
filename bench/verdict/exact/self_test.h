// SPDX-License-Identifier: GPL-2.0-only
// What a gate run checks about itself before it believes its numbers.
#pragma once

#include <cstdint>
#include <string>

#include "bench/results/store/results.h"

namespace diobench {

/// The suite of cells that only self-tests run (workloads/self-test.toml).
inline constexpr std::string_view kSelfTestSuite = "self-test";
/// Instructions a read that the control engine adds to the null engine's loop (bench/guest/engine/null_plus.cc).
inline constexpr int64_t kControlInstructions = 1000;

struct SelfTest {
    enum class Outcome { passed, failed, not_run };
    std::string name;
    Outcome outcome = Outcome::failed;
    std::string detail;  ///< one sentence: what was seen, or why it was not run
};

/// The cells of two runs of one kernel with one seed are equal, byte by byte.
[[nodiscard]] SelfTest check_same_twice(const Results& first, const Results& second);
/// Each cell of engine null-plus-1000 against its partner of null-plus-0: the
/// shortest read is longer by exactly kControlInstructions, the mean by that to
/// within one tick of the timer in one of the two timed regions.
[[nodiscard]] SelfTest check_control(const Results& results);

}  // namespace diobench
