// SPDX-License-Identifier: GPL-2.0-only
// Which conformance cases are run, and in which order.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/guest/conformance/case.h"

namespace diobench {

/// "fscache" and every other back end that a case is held against, by name.
[[nodiscard]] std::vector<std::string> case_backends();
/// The cases on one of `backends` (empty: all) that one of the globs asks for (asks_for(); empty: all), by name.  A back end that there
/// is not, and a glob that selects none, are errors that show what there is.
[[nodiscard]] Result<std::vector<const Case*>> select_cases(const std::vector<std::string>& globs, const std::vector<std::string>& backends = {});
/// The same cases in the order in which they are run: those that one of `first` speaks of, then the others; in each part what
/// wants kmemleak first, the cases with maps_files, which turn lockdep off, behind all that it watches, and data/ last;
/// else in the order given.
[[nodiscard]] std::vector<const Case*> in_run_order(const std::vector<const Case*>& cases, const std::vector<std::string>& first = {});
/// Splits cases over `parts` so that neighbours, which take about the same time, go to different parts.
[[nodiscard]] std::vector<std::vector<const Case*>> deal(const std::vector<const Case*>& cases, size_t parts);

}  // namespace diobench
