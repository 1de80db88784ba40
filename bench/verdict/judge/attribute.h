// SPDX-License-Identifier: GPL-2.0-only
// Where a difference went: instructions by kernel function (docs/profile.md).
#pragma once

#include <set>
#include <string>

#include "bench/host/profile/read_profiles.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// What both kernels executed in the cells of one seed.
struct ProfiledPair {
    uint64_t seed = 0;
    Profiles baseline;
    Profiles candidate;
};

/// Says of every cell that decides, and of those that are most better, which functions account for it: all of
/// the difference with that seed, so the sum is exact. A cell that was not counted is a note of the report.
/// `patched` are the functions that the patches touch, as of functions_between().
void attribute_by_instructions(const ProfiledPair& profiles, const std::set<std::string>& patched, GateReport& report);

}  // namespace diobench
