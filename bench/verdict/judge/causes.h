// SPDX-License-Identifier: GPL-2.0-only
// What a gate found, a row a cause: cells with one verdict and one description, however many they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// Cells that a description holds, or that have none.
struct Cause {
    Verdict verdict = Verdict::pass;
    std::string name;      ///< "every remote read"
    std::string what;      ///< "every remote read: 32 of 32", with exceptions
    std::string effect;    ///< by how much, median and maximum; of cells without numbers why
    std::string key;       ///< the same tomorrow, however many cells there are: "cache_state=remote"
    std::string glob;      ///< of the ids of these cells
    std::vector<const CellReport*> cells;  ///< those that are worse by most time first
    int64_t policy_line = 1;               ///< of the metric that is said first
};

/// Causes of one verdict.
struct Causes {
    std::string pattern;  ///< "every remote read: 32 of 32; nothing else: 0 of 148"
    std::vector<Cause> rows;
};

/// Of the cells that have the verdict; of Verdict::pass those that are better in something and worse in nothing.
[[nodiscard]] Causes causes_of(const GateReport& report, Verdict verdict);
/// Those that are no pass, the gravest first.
[[nodiscard]] std::vector<Cause> deciding_causes(const GateReport& report);
/// The ids of a cause's cells: some, then how many more.
[[nodiscard]] std::string cell_names(const Cause& cause, size_t most);

}  // namespace diobench
