// SPDX-License-Identifier: GPL-2.0-only
// Which kernel functions account for what several cells got worse by.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// A function's part over several cells.
struct FunctionShare {
    std::string function;
    double more_per_op = 0;   ///< instructions a read, the median of the cells that were counted
    double share = 0;         ///< of the difference of all these cells together
    bool in_patches = false;
};

/// Those with most more instructions first: `most` of them, then what the patches touch and executes more. Nothing if none of the
/// cells was counted, or all together do not execute more. Where instructions_per_op.read_path alone decides, functions of the read path alone.
[[nodiscard]] std::vector<FunctionShare> where_it_went(const GateReport& report, std::span<const CellReport* const> cells, size_t most);
/// "copy_page +516 (91 %), erofs_fscache_dio_put_pages (patched) +50 (9 %) instructions a read, median of 70 tests"; else why it is not known.
[[nodiscard]] std::string where_text(const GateReport& report, std::span<const CellReport* const> cells);

}  // namespace diobench
