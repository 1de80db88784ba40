// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/draw_report.h"

#include "bench/results/compare/answer.h"
#include "bench/results/export/report.h"
#include "bench/results/history/result_pages.h"

namespace diobench {

namespace {

Status write_history(const fs::path& directory, const Results& results, const Revisions& revises, const HistoryMetricFilter& wanted) {
    auto store = ResultStore::open_existing();
    if (!store) return forward(store);
    if (!*store || results.cells.empty()) return {};
    const fs::path here = fs::absolute(directory).lexically_normal();
    auto pages = ResultPages::open(**store, here.parent_path());
    if (!pages) return forward(pages);
    const auto link = [&](const std::string& id) {
        if (id == results.run.id) return std::string(kReportFileName);
        const fs::path page = pages->page_of(id);
        return page.empty() ? std::string() : page.lexically_relative(here).generic_string();
    };
    auto history = run_history(**store, results, revises, wanted, link);
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
