// SPDX-License-Identifier: GPL-2.0-only
// Which ratios are formed to hold one clock against another (docs/calibration.md).  Ratios, not times: no two
// clocks have one unit, but both say that one read takes longer than another, and how many times.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/plan/cell.h"

namespace diobench {

/// The suite that is held against a stopwatch (workloads/headline.toml).
inline constexpr std::string_view kHeadlineSuite = "headline";
/// What other back ends are divided by: the plain files.
inline constexpr std::string_view kPlainBackend = "ext4";

/// What is divided by what.
enum class RatioFamily {
    direct_buffered,  ///< the same read with and without O_DIRECT, on one kernel in one boot
    arms,             ///< the same direct read on two kernels, in a pair of boots
    backends,         ///< the same read through another back end and of the plain files, on one kernel in one boot
};
/// "direct / buffered", "arm / arm", "back end / back end".
[[nodiscard]] std::string_view family_name(RatioFamily family);

/// One cell on one kernel.
struct RatioSide {
    std::string kernel;
    std::string cell;  ///< id
    bool operator==(const RatioSide&) const = default;
};

struct RatioSides {
    RatioSide numerator;
    RatioSide denominator;
    bool operator==(const RatioSides&) const = default;
};

struct PlannedRatio {
    RatioFamily family = RatioFamily::direct_buffered;
    std::string what;    ///< "direct / buffered, dio", "dio / fallback", "loop / ext4"
    std::string device;  ///< of the real clock's machine
    std::string io;      ///< of both reads; empty where it is what differs
    std::string read;    ///< "rand 4k qd1 pread"
    RatioSides real;
    RatioSides exact;    ///< the same reads on the exact machine
};

/// The kernels: each candidate is divided by the baseline; what does not depend on the arm is read on the last candidate.
struct ClockArms {
    std::string baseline;
    std::vector<std::string> candidates;  ///< at least one
};

/// What a real clock's machine calls otherwise than the exact machine.
struct ClockNames {
    std::string kernel;        ///< its only kernel, whatever it is (machine host); empty: the arms
    std::string exact_device;  ///< what its only device is held against; empty: devices are the same
};

/// The ratios that cells of a real clock's machine make, family by family, in the order of the cells.
[[nodiscard]] std::vector<PlannedRatio> plan_ratios(std::span<const Cell> cells, const ClockArms& arms, const ClockNames& names);

}  // namespace diobench
