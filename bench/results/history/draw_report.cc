// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/draw_report.h"

#include "bench/results/compare/answer.h"
#include "bench/results/export/report.h"

namespace diobench {

namespace {

Status write_history(const fs::path& directory, const Results& results, const Revisions& revises, const HistoryMetricFilter& wanted) {
    auto store = ResultStore::open_existing();
    if (!store) return forward(store);
    if (!*store || results.cells.empty()) return {};
    auto history = run_history(**store, results, revises, wanted);
    if (!history) return forward(history);
    return write_file_atomic(directory / kHistoryFileName, history->dump(1) + "\n");
}

}  // namespace

Result<fs::path> draw_report(const fs::path& directory, const Results& results, const Revisions& revises, const HistoryMetricFilter& wanted) {
    if (auto s = write_answer(directory, results); !s) return forward(s);
    if (auto s = write_history(directory, results, revises, wanted); !s) return forward(s);
    return write_report(directory);
}

}  // namespace diobench
