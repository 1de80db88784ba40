// SPDX-License-Identifier: GPL-2.0-only
// Where a difference between two kernels is.
#pragma once

#include <optional>
#include <vector>

#include "bench/host/profile/cell_profile.h"

namespace diobench {

/// All user space is a row of this name.
inline constexpr const char* kUserRow = "[user]";

struct DifferenceRow {
    std::string function;
    InstructionCounts baseline;   ///< of the whole region
    InstructionCounts candidate;
    int64_t difference = 0;       ///< instructions, candidate less baseline; never 0
    std::optional<double> share;  ///< of the total difference; nothing if that is 0
};

struct ProfileDifference {
    std::string cell;
    std::string baseline, candidate;  ///< kernels
    uint64_t seed = 1;
    uint64_t ops = 0;
    uint64_t baseline_instructions = 0;
    uint64_t candidate_instructions = 0;
    int64_t difference = 0;          ///< instructions: the exact sum of the rows'
    int64_t elapsed_difference_ns = 0;
    std::vector<DifferenceRow> rows;  ///< largest first; functions that do not differ have none

    /// Per read.
    [[nodiscard]] double per_op(double value) const { return value / static_cast<double>(ops); }
    /// Time that is no instruction: waiting for a timer or a device.
    [[nodiscard]] int64_t waiting_difference_ns() const { return elapsed_difference_ns - difference; }

    /// With the values per read that people compare; the counts beside them are whole.
    [[nodiscard]] nlohmann::ordered_json to_json() const;
};

/// Errors: two cells, seeds or numbers of reads that cannot be paired.
[[nodiscard]] Result<ProfileDifference> diff(const CellProfile& baseline, const CellProfile& candidate);

}  // namespace diobench
