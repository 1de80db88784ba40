// SPDX-License-Identifier: GPL-2.0-only
// What a kernel of tonight is held against: the runs of its last good night, or a pinned run.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "bench/nightly/night_config.h"
#include "bench/results/store/database.h"

namespace diobench {

/// Runs with the baseline's numbers, one a seed.
struct NightBaseline {
    std::string name;            ///< for tables: "dio@last-good", "pin:v3"
    std::string kernel;          ///< arm of the runs
    std::vector<Results> runs;   ///< empty: there is none, and `why` says why
    std::string night;           ///< id of the earlier night that made them; empty: tonight, or no night
    std::string why;
    bool wanted = false;         ///< not to have one is no new beginning: the night cannot say what it was asked for
    std::string cells = "*";     ///< glob of those that it stands for
};

/// The last good night's runs of the kernel or of what it revises, with the same suite, machine and seeds and the same tools.
/// Of good nights that measured less than tonight (a filter, fewer seeds) the one that measured most.
/// Runs of tonight are `tonight`. What was measured with another guest program, QEMU or compiler is no baseline: its
/// instructions are not those of tonight. That is a new beginning, unless nights since were not good.
[[nodiscard]] Result<NightBaseline> last_good_baseline(ResultStore& store, const std::string& kernel, const std::vector<Results>& tonight);
/// A pin's run of the kernel or of what it revises; it must be of the same suite, machine and one of tonight's seeds.
[[nodiscard]] Result<NightBaseline> pinned_baseline(ResultStore& store, const std::string& pin, const std::string& kernel, const std::vector<Results>& tonight);

}  // namespace diobench
