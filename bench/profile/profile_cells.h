// SPDX-License-Identifier: GPL-2.0-only
// Boots kernels on machine exact and counts what their cells execute.
#pragma once

#include <string>
#include <vector>

#include "bench/base/files.h"
#include "bench/profile/cell_profile.h"
#include "bench/store/results.h"

namespace diobench {

struct ProfileRequest {
    std::vector<std::string> kernels;  ///< as of `diobench run`
    std::string suite = "quick";
    std::string filter = "*";          ///< glob of cell ids
    uint64_t seed = 1;
    fs::path tree;                     ///< kernel source; empty: the distribution's
    std::string revision;              ///< of `tree`
};

struct Profiles {
    std::vector<std::string> kernels;    ///< names, in the order asked for
    std::vector<CellProfile> cells;
    std::vector<CellProfile> not_proved;  ///< of reads that were right and left pages in the page cache: without number, so ops is 0
    std::vector<std::string> uncounted;  ///< a sentence for each cell that ran and has none, or that gave no number

    /// The profile of this kernel, cell and seed, or nullptr.
    [[nodiscard]] const CellProfile* find(std::string_view kernel, std::string_view cell, uint64_t seed) const;
    [[nodiscard]] const CellProfile* find_not_proved(std::string_view kernel, std::string_view cell, uint64_t seed) const;
};

/// Builds or takes from the cache, boots, reads as `diobench run` does and
/// leaves nothing behind.  The cells are byte-identical to those of a run
/// without counting.  Errors as of run_suite(), and an arm that was not
/// built or died in the machine.
[[nodiscard]] Result<Profiles> profile_cells(const ProfileRequest& request);

/// What a run with RunOptions::profile_directory left there; kernels in the
/// order of the results.  A cell with a number whose region is missing is an error.
[[nodiscard]] Result<Profiles> read_profiles(const fs::path& directory, const Results& results);

}  // namespace diobench
