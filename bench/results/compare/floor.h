// SPDX-License-Identifier: GPL-2.0-only
// Whether the floor holds (reports/floor.py asks the same for the page).
#pragma once

#include <string>
#include <vector>

#include "bench/results/store/results.h"

namespace diobench {

/// A sentence for each kernel and each thing that it does better than the block device itself, with the
/// cells, the worst first; none if the floor holds or the run has none. Only a floor of the same kernel,
/// engine and number of reads can be wrong: another read's is no bound.
[[nodiscard]] std::vector<std::string> wrong_floors(const Results& results);

}  // namespace diobench
