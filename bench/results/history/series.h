// SPDX-License-Identifier: GPL-2.0-only
// One metric of one cell through time, along the revisions of an arm.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/lineage.h"
#include "bench/common/measure/metric_table.h"
#include "bench/results/store/database.h"

namespace diobench {

/// What was measured at one time: a run, or the runs of one gate or night, a seed each.
struct HistoryPoint {
    std::vector<std::string> runs;   ///< ids, the oldest first; at least one
    std::vector<int64_t> seeds;      ///< theirs
    std::string started_at;          ///< of the first; UTC, ISO 8601
    std::string kernel;              ///< the revision that was measured
    std::optional<double> value;     ///< in the metric's unit, the median over the seeds; empty: a run gave no number
    std::optional<double> reference; ///< of the reference arm in the same runs
    bool good = false;               ///< the kernel's numbers may be part of a baseline
    std::string environment;         ///< what changes numbers without a patch
    std::string verdict;             ///< what a gate said of this kernel in these runs; empty: nothing
    std::string gate;                ///< id of that gate

    [[nodiscard]] const std::string& run_id() const { return runs.front(); }
    /// Somebody should look at it.
    [[nodiscard]] bool is_marked() const { return !verdict.empty() && verdict != "pass"; }
};

struct HistorySeries {
    std::string cell;
    const Metric* metric = nullptr;
    std::string machine;
    std::string clock_kind;  ///< "virtual" or "real"
    std::string kernel;      ///< the newest revision
    std::string seeds;       ///< that every point has: "seed 1", "seeds 1 to 3"; of gates by a real clock, which take as many as they need, "seeds from 1"
    std::vector<HistoryPoint> points;  ///< the oldest first
};

struct SeriesRequest {
    std::string cell_glob = "*";
    std::string metric = "latency_ns.mean";
    std::string kernel;       ///< with what it revises; empty: every arm that none revises
    std::string machine;      ///< empty: every
    std::string suite;        ///< empty: every
    std::string reference = "fallback";  ///< arm that ratios are made with
    bool reference_named = false;        ///< by whoever asks: an error if no cell that matches has it
    size_t last = 0;          ///< points; 0: all
    size_t skip_cells = 0;    ///< of those that match, by name: for pages
    size_t most_cells = 0;    ///< 0: all
};

/// The arm, what it revises, what that revises, ...
[[nodiscard]] std::vector<std::string> revisions_of(const std::string& kernel, const Revisions& revises);
/// Those of `kernels` that no other of them revises, directly or through others.
[[nodiscard]] std::vector<std::string> newest_revisions(const std::vector<std::string>& kernels, const Revisions& revises);

/// How many cells of the store match.
[[nodiscard]] Result<size_t> count_cells(ResultStore& store, const SeriesRequest& request);
/// A series for each cell that matches, arm, machine and set of seeds; those without any number are left out. Runs of one
/// gate or night are one point. In each run the newest revision that was measured counts. Nothing that matches is an error that says what there is.
[[nodiscard]] Result<std::vector<HistorySeries>> read_series(ResultStore& store, const SeriesRequest& request, const Revisions& revises);

}  // namespace diobench
