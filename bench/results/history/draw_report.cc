// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/draw_report.h"

#include "bench/host/kernel/series.h"
#include "bench/results/export/report.h"

namespace diobench {

namespace {

Status write_history(const fs::path& directory, const Results& results, const HistoryMetricFilter& wanted) {
    auto store = ResultStore::open_existing();
    if (!store) return forward(store);
    if (!*store || results.cells.empty()) return {};
    auto revises = known_revisions();
    if (!revises) return forward(revises);
    auto history = run_history(**store, results, *revises, wanted);
    if (!history) return forward(history);
    return write_file_atomic(directory / kHistoryFileName, history->dump(1) + "\n");
}

}  // namespace

Result<fs::path> draw_report(const fs::path& directory, const Results& results, const HistoryMetricFilter& wanted) {
    if (auto s = write_history(directory, results, wanted); !s) return forward(s);
    return write_report(directory);
}

}  // namespace diobench
