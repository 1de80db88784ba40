// SPDX-License-Identifier: GPL-2.0-only
// What a calibration of clocks was asked for, kept in its output directory so that it can go on there.
#pragma once

#include "bench/verdict/calibrate/calibrate_clock.h"

namespace diobench {

inline constexpr std::string_view kClockRequestFileName = "clock-run.json";

[[nodiscard]] Status write_clock_request(const fs::path& directory, const ClockOptions& options);
/// The options of the attempt in `directory`, to go on there. Errors: none was begun there, or on another host or kernel of it.
[[nodiscard]] Result<ClockOptions> read_clock_request(const fs::path& directory);

}  // namespace diobench
