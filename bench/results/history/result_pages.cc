// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/result_pages.h"

#include <fmt/format.h>

#include "bench/results/export/report.h"
#include "bench/results/export/summary.h"

namespace diobench {

namespace {

/// What was recorded before the store knew directories.
Status add_runs_of_nights(ResultStore& store, const fs::path& nights, std::map<std::string, fs::path>& directories) {
    auto runs = store.list_runs();
    if (!runs) return forward(runs);
    std::map<std::string, int64_t> seeds;
    for (const auto& run : *runs) seeds.emplace(run.id, run.seed);
    auto judgements = store.judgement_heads();
    if (!judgements) return forward(judgements);
    for (const auto& night : *judgements)
        for (const auto& run : night.runs)
            if (night.kind == kNightJudgement && seeds.contains(run))
                directories.emplace(run, fs::absolute(nights / night.id / "runs" / fmt::format("seed-{}", seeds.at(run))).lexically_normal());
    return {};
}

}  // namespace

Result<ResultPages> ResultPages::open(ResultStore& store, const fs::path& output, const fs::path& nights) {
    auto directories = store.directories();
    if (!directories) return forward(directories);
    ResultPages out;
    out.output_ = fs::absolute(output).lexically_normal();
    out.directories_ = std::move(*directories);
    if (!nights.empty())
        if (auto s = add_runs_of_nights(store, nights, out.directories_); !s) return forward(s);
    return out;
}

fs::path ResultPages::directory_of(const std::string& id) const {
    std::error_code ec;
    if (const auto known = directories_.find(id); known != directories_.end() && fs::is_directory(known->second, ec)) return known->second;
    const fs::path by_id = output_ / id;
    return !id.empty() && fs::is_directory(by_id, ec) ? by_id : fs::path();
}

fs::path ResultPages::page_of(const std::string& id) const {
    const fs::path directory = directory_of(id);
    if (directory.empty()) return {};
    std::error_code ec;
    for (const std::string_view name : {kReportFileName, kSummaryFileName})
        if (fs::exists(directory / name, ec)) return directory / name;
    return {};
}

}  // namespace diobench
