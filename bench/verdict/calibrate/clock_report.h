// SPDX-License-Identifier: GPL-2.0-only
// How far real clocks of this host agree with the exact machine: the result of `diobench calibrate --clock`.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/results/store/results.h"
#include "bench/verdict/calibrate/held_ratio.h"

namespace diobench {

/// One real clock.
struct ClockOfHost {
    enum class Outcome {
        measured,
        skipped,   ///< its machine does not run here, or has none of the cells
        too_busy,  ///< the host was not left alone for long enough
        failed,    ///< its boots could not be made
    };
    std::string machine;
    Outcome outcome = Outcome::skipped;
    std::string reason;        ///< empty only for measured
    std::string exact_device;  ///< what its one device is held against; empty: devices are the same
    size_t boots = 0;          ///< of all kernels
    size_t disturbed = 0;      ///< pairs of boots that were thrown away
    std::vector<HeldRatio> ratios;
};

struct ClockReport {
    std::string measured_at;  ///< UTC, ISO 8601
    std::string suite;
    std::string filter;
    std::vector<std::string> kernels;  ///< the baseline first
    int64_t seeds = 0;                 ///< of the exact machine
    int64_t pairs = 0;                 ///< of boots by each real clock
    double confidence = 0.95;
    double elapsed_s = 0;
    HostInfo host;
    std::map<std::string, std::string> tool;
    std::vector<ClockOfHost> clocks;

    /// One sentence for each kind of number that is not there and should be, and for a clock that was too busy or failed.
    [[nodiscard]] std::vector<std::string> failures() const;
    /// ok; invalid: a number, or a whole clock's, is missing; inconclusive: no clock decides any ratio.
    [[nodiscard]] ExitCode exit_code() const;
    [[nodiscard]] nlohmann::ordered_json to_json() const;
};

/// Of all ratios and of each family, by each exact clock that any ratio has.
[[nodiscard]] std::vector<ClockSummary> summaries_of(const ClockOfHost& clock, double confidence);

/// The tables for a terminal.
[[nodiscard]] std::string clock_text(const ClockReport& report);

}  // namespace diobench
