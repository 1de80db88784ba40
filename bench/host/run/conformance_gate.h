// SPDX-License-Identifier: GPL-2.0-only
// No number for a cell whose layout or mode is known to be wrong.
#pragma once

#include <vector>

#include "bench/common/base/error.h"
#include "bench/results/store/results.h"

namespace diobench {

/// True if a failed case says that reads of such a cell cannot be trusted:
/// data/<image>/<how> speaks of its layout and mode, a case with a mode in its
/// name of that mode, a case about failures, leaks, concurrency or the life of a
/// cache of every mode, all others of direct reads.  Of a case only cells of its own back end are concerned.
[[nodiscard]] bool concerns(std::string_view case_name, const Dimensions& cell);

/// Takes the numbers of `ok` cells that a failure in `failed` concerns: status
/// invalid, the case as reason, `known` as the failure's.
void refuse_numbers(std::vector<CellResult>& cells, std::string_view kernel, const std::vector<ConformanceEntry>& failed);

/// refuse_numbers() for every kernel of `results`, by what this machine's store has of its last verification.
[[nodiscard]] Status refuse_unverified_numbers(Results& results);

}  // namespace diobench
