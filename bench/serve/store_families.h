// SPDX-License-Identifier: GPL-2.0-only
// Everything /metrics says, made from the store and the progress file anew each
// time: what is not in them has no series.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/export/prometheus_families.h"
#include "bench/kernel/lineage.h"
#include "bench/store/database.h"
#include "bench/store/progress_file.h"

namespace diobench {

struct ServeContent {
    /// Which numbers of which cells of a run on `machine` are told beside the histograms; empty: all.
    std::function<bool(const Run& run, const CellResult&, const Metric&)> wanted;
    Revisions revises;
    /// Runs and gates that started earlier are history and not the last result.
    int64_t max_age_s = 14 * 24 * 3600;
};

/// The newest run of each suite and machine, less what started before `now_s` - max_age_s.
[[nodiscard]] std::vector<std::string> newest_runs(const std::vector<StoredRun>& runs, int64_t now_s, int64_t max_age_s);

/// The newest runs as prometheus_families() tells them, cells that went missing since the run before, the newest gate of each
/// pair of kernels, the newest night, and pinned baselines. `now_s`: seconds since 1970.
[[nodiscard]] Result<Families> store_families(ResultStore& store, const ServeContent& content, int64_t now_s);

/// The newest gate of each pair of kernels, suite and machine that started at or after `now_s` - `max_age_s`, and the newest night, however old.
[[nodiscard]] Result<Families> judgement_families(ResultStore& store, int64_t max_age_s, int64_t now_s);

/// What runs at this moment. A file that was not touched for ten minutes while it says "running" is stale: its writer died.
[[nodiscard]] Families progress_families(const ProgressState& state, int64_t now_s);

}  // namespace diobench
