// SPDX-License-Identifier: GPL-2.0-only
// Everything /metrics says, made from the store and the progress file anew each
// time: what is not in them has no series.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/common/base/lineage.h"
#include "bench/results/export/prometheus_families.h"
#include "bench/results/store/database.h"
#include "bench/results/store/progress_file.h"

namespace diobench {

/// Runs and gates that started earlier are history and not the last result.
inline constexpr int64_t kLastResultAge_s = 14 * 24 * 3600;

/// What a Prometheus that scrapes every minute can live with.
inline constexpr size_t kMostScrapedSamples = 10'000;

struct ServeContent {
    /// Which numbers of which cells of a run on `machine` are told beside the histograms; empty: all.
    std::function<bool(const Run& run, const CellResult&, const Metric&)> wanted;
    /// Metrics that `wanted`, if there is one, may say yes to: no others are read. Empty: all.
    std::set<std::string> metrics;
    Revisions revises;
    int64_t max_age_s = kLastResultAge_s;
    /// So many samples at most, of the cells that choose_cells() takes; empty: everything of every cell.
    std::optional<size_t> most_samples = kMostScrapedSamples;
};

/// The newest run of each suite and machine, less what started before `now_s` - max_age_s.
[[nodiscard]] std::vector<std::string> newest_runs(const std::vector<StoredRun>& runs, int64_t now_s, int64_t max_age_s);

/// The newest runs as prometheus_families() tells them, cells that went missing since the run before, the newest gate of each
/// pair of kernels, nights, and the newest run that may be held against each pinned one. `now_s`: seconds since 1970.
[[nodiscard]] Result<Families> store_families(ResultStore& store, const ServeContent& content, int64_t now_s);

/// The newest gate of each pair of kernels, suite and machine, and the newest night of each suite and machine, that started at
/// or after `now_s` - `max_age_s`; the newest night of all however old.
[[nodiscard]] Result<Families> judgement_families(ResultStore& store, int64_t max_age_s, int64_t now_s);

/// What runs at this moment; of several of one kind, suite and machine the one that spoke last. A file that was not touched for
/// ten minutes while it says "running" is stale: its writer died.
[[nodiscard]] Families progress_families(std::vector<ProgressState> states, int64_t now_s);

}  // namespace diobench
