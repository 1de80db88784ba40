// SPDX-License-Identifier: GPL-2.0-only
// What cases came to, held against what the series says of itself.  Pure functions.
#pragma once

#include <string>
#include <vector>

#include "bench/host/kernel/series.h"
#include "bench/host/verify/boot_cases.h"
#include "bench/results/store/results.h"

namespace diobench {

struct Judgement {
    std::vector<ConformanceEntry> entries;  ///< by name, one for each case asked for
    size_t failures = 0;                    ///< that the series does not list
    std::vector<std::string> repaired;      ///< globs of known failures of which every case passed
};

/// A case without a record is a failure: "it did not come back".
[[nodiscard]] Judgement judge_cases(const std::vector<std::string>& asked, const std::vector<CaseRecord>& records,
                                    const std::vector<KnownFailure>& known);

}  // namespace diobench
