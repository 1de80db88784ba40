// SPDX-License-Identifier: GPL-2.0-only
// Boots kernels on machine exact and counts what their cells execute.
#pragma once

#include <string>
#include <vector>

#include "bench/common/plan/cell_filter.h"
#include "bench/host/profile/read_profiles.h"

namespace diobench {

struct ProfileRequest {
    std::vector<std::string> kernels;  ///< as of `diobench run`
    std::string suite = "quick";
    CellFilter filter;
    uint64_t seed = 1;
    fs::path tree;                     ///< kernel source; empty: the distribution's
    std::string revision;              ///< of `tree`
    std::vector<std::string> allow_missing;  ///< as of RunOptions
};

/// Builds or takes from the cache, boots, reads as `diobench run` does and
/// leaves nothing behind.  What the guest says is byte-identical to a run
/// without counting.  Errors as of run_suite(), and an arm that was not
/// built or died in the machine.
[[nodiscard]] Result<Profiles> profile_cells(const ProfileRequest& request);

}  // namespace diobench
