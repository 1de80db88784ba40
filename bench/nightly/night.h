// SPDX-License-Identifier: GPL-2.0-only
// One night: fetch or rebuild what changed, verify, run, judge, tell.
#pragma once

#include <string>
#include <vector>

#include "bench/nightly/night_config.h"
#include "bench/nightly/night_record.h"
#include "bench/results/history/run_history.h"

namespace diobench {

struct NightOptions {
    bool resume = false;     ///< goes on with a night that did not end, if there is one
    std::vector<std::string> argv;
    /// Which numbers of which cells monitoring and the history get.
    HistoryMetricFilter wanted;
};

struct NightOutcome {
    NightRecord night;
    fs::path folder;
    std::string text;   ///< as it was mailed
};

/// A night from its lock to its text. What a kernel, a machine, the disk or the network does wrong is in the outcome, and a
/// night that did not end is put on record by the next one. Errors: a wrong configuration, another night that runs, an interrupt.
[[nodiscard]] Result<NightOutcome> run_night(const NightConfig& config, const NightOptions& options);

}  // namespace diobench
