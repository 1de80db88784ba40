// SPDX-License-Identifier: GPL-2.0-only
// What the machines of a run counted.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/host/profile/cell_profile.h"
#include "bench/results/store/results.h"

namespace diobench {

/// In Run::tool: what counted and by which rules; other counts are not comparable.
inline constexpr const char* kCountingTool = "counting";

/// Where a run that counts leaves its profiles, in its own folder.
inline constexpr const char* kProfileFolder = "profile";

struct Profiles {
    std::vector<std::string> kernels;    ///< names, in the order asked for
    std::vector<CellProfile> cells;
    std::vector<CellProfile> not_proved;  ///< of reads that were right and left pages in the page cache: without number, so ops is 0
    std::vector<std::string> uncounted;  ///< a sentence for each cell that ran and has none, or that gave no number

    /// The profile of this kernel, cell and seed, or nullptr.
    [[nodiscard]] const CellProfile* find(std::string_view kernel, std::string_view cell, uint64_t seed) const;
    [[nodiscard]] const CellProfile* find_not_proved(std::string_view kernel, std::string_view cell, uint64_t seed) const;
};

/// What a run with RunOptions::profile_directory left there; kernels in the order of the results, nothing of one that
/// died.  A cell with a number whose region is missing is an error.
[[nodiscard]] Result<Profiles> read_profiles(const fs::path& directory, const Results& results);

/// Adds the metrics of KernelRules to every cell with a number that was counted, and a finding for each that a kernel's functions
/// do not give. `results` are of a run that left its profiles in `directory`; `system_maps` are of its kernels, by name.
[[nodiscard]] Status add_counted_metrics(const fs::path& directory, const std::map<std::string, fs::path>& system_maps, Results& results);

}  // namespace diobench
