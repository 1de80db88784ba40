// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/series.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "bench/common/plan/cell_filter.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

using Runs = std::map<std::string, const HistoryRun*>;
/// Of one run: arm -> value.
using RunValues = std::map<std::string, std::optional<double>>;

/// Everything the store says of one cell and metric.
struct CellHistory {
    std::string cell;
    std::vector<std::pair<const HistoryRun*, RunValues>> runs;  ///< the oldest first
    std::vector<HistoryVerdict> verdicts;
    std::vector<std::string> kernels;
};

Result<CellHistory> read_cell(ResultStore& store, const std::string& cell, const std::vector<std::string>& kernels, const SeriesRequest& request, const Runs& runs) {
    auto values = store.history_values(cell, request.metric);
    if (!values) return forward(values);
    auto verdicts = store.history_verdicts(cell, request.metric);
    if (!verdicts) return forward(verdicts);
    CellHistory out{cell, {}, std::move(*verdicts), kernels};
    for (const auto& value : *values) {
        auto run = runs.find(value.run_id);
        if (run == runs.end()) continue;  // of another machine or suite
        if (out.runs.empty() || out.runs.back().first != run->second) out.runs.push_back({run->second, {}});
        out.runs.back().second[value.kernel] = value.value;
    }
    return out;
}

/// The newest verdict on that arm in that run.
std::string verdict_on(const std::vector<HistoryVerdict>& verdicts, const std::string& run, const std::string& kernel) {
    for (auto it = verdicts.rbegin(); it != verdicts.rend(); ++it)
        if (it->run_id == run && it->candidate == kernel) return it->verdict;
    return {};
}

std::optional<HistoryPoint> point_of(const CellHistory& cell, const HistoryRun& run, const RunValues& values, const std::vector<std::string>& chain,
                                     const std::string& reference) {
    for (const auto& kernel : chain) {
        auto own = values.find(kernel);
        if (own == values.end()) continue;
        HistoryPoint point{run.id, run.started_at, kernel, own->second, std::nullopt, run.seed, run.good, run.environment, verdict_on(cell.verdicts, run.id, kernel)};
        if (auto other = values.find(reference); other != values.end()) point.reference = other->second;
        return point;
    }
    return std::nullopt;
}

HistorySeries series_of(const CellHistory& cell, const std::string& machine, const std::string& kernel, const SeriesRequest& request, const Revisions& revises) {
    HistorySeries out;
    out.cell = cell.cell;
    out.metric = find_metric(request.metric);
    out.machine = machine;
    out.kernel = kernel;
    const auto chain = revisions_of(kernel, revises);
    const bool is_reference = std::find(chain.begin(), chain.end(), request.reference) != chain.end();
    for (const auto& [run, values] : cell.runs) {
        if (run->machine != machine) continue;
        out.clock_kind = run->clock_kind;
        if (auto point = point_of(cell, *run, values, chain, is_reference ? "" : request.reference)) out.points.push_back(std::move(*point));
    }
    if (request.last != 0 && out.points.size() > request.last)
        out.points.erase(out.points.begin(), out.points.end() - static_cast<std::ptrdiff_t>(request.last));
    return out;
}

bool has_numbers(const HistorySeries& series) {
    return std::any_of(series.points.begin(), series.points.end(), [](const HistoryPoint& p) { return p.value.has_value(); });
}

std::set<std::string> machines_of(const CellHistory& cell) {
    std::set<std::string> out;
    for (const auto& [run, values] : cell.runs) out.insert(run->machine);
    return out;
}

struct MatchingCells {
    std::map<std::string, std::vector<std::string>> matching;  ///< with the kernels that have each
    size_t of = 0;
};

/// Those whose id, or if the glob is one of labels whose label matches.
Result<MatchingCells> matching_cells(ResultStore& store, const std::string& glob) {
    auto cells = store.history_cells();
    if (!cells) return forward(cells);
    std::map<std::string, std::string> names;
    if (is_label_glob(glob)) {
        auto labels = store.history_labels();
        if (!labels) return forward(labels);
        names = std::move(*labels);
    }
    MatchingCells out;
    out.of = cells->size();
    for (auto& [cell, kernels] : *cells) {
        const auto name = names.find(cell);
        if (match_glob(glob, name == names.end() ? cell : name->second)) out.matching.emplace(cell, std::move(kernels));
    }
    return out;
}

tl::unexpected<Error> nothing_found(const SeriesRequest& request, size_t cells, size_t matching) {
    if (cells == 0) return fail("read history", request.cell_glob, "the store has no run with cells yet: make one with 'diobench run'");
    if (matching == 0) return fail("read history", request.cell_glob, fmt::format("none of the store's {} cells matches ('*' also matches '/')", cells));
    return fail("read history", request.cell_glob,
                fmt::format("{} cell{} match{}, but none has a number of {}{}{}", matching, matching == 1 ? "" : "s", matching == 1 ? "es" : "", request.metric,
                            request.kernel.empty() ? "" : " with kernel " + request.kernel, request.machine.empty() ? "" : " on machine " + request.machine));
}

}  // namespace

std::vector<std::string> revisions_of(const std::string& kernel, const Revisions& revises) {
    std::vector<std::string> out = {kernel};
    for (auto at = revises.find(kernel); at != revises.end() && std::find(out.begin(), out.end(), at->second) == out.end(); at = revises.find(at->second))
        out.push_back(at->second);
    return out;
}

std::vector<std::string> newest_revisions(const std::vector<std::string>& kernels, const Revisions& revises) {
    std::set<std::string> revised;
    for (const auto& kernel : kernels) {
        const auto chain = revisions_of(kernel, revises);
        revised.insert(chain.begin() + 1, chain.end());
    }
    std::vector<std::string> out;
    for (const auto& kernel : kernels)
        if (!revised.contains(kernel)) out.push_back(kernel);
    return out;
}

Result<size_t> count_cells(ResultStore& store, const SeriesRequest& request) {
    auto cells = matching_cells(store, request.cell_glob);
    if (!cells) return forward(cells);
    return cells->matching.size();
}

Result<std::vector<HistorySeries>> read_series(ResultStore& store, const SeriesRequest& request, const Revisions& revises) {
    auto all_runs = store.history_runs();
    if (!all_runs) return forward(all_runs);
    Runs runs;
    for (const auto& run : *all_runs)
        if ((request.machine.empty() || run.machine == request.machine) && (request.suite.empty() || run.suite == request.suite)) runs.emplace(run.id, &run);
    auto cells = matching_cells(store, request.cell_glob);
    if (!cells) return forward(cells);
    std::vector<HistorySeries> out;
    size_t matching = 0;
    for (const auto& [cell, kernels] : cells->matching) {
        if (++matching <= request.skip_cells || (request.most_cells != 0 && matching > request.skip_cells + request.most_cells)) continue;
        auto history = read_cell(store, cell, kernels, request, runs);
        if (!history) return forward(history);
        const auto arms = request.kernel.empty() ? newest_revisions(kernels, revises) : std::vector<std::string>{request.kernel};
        for (const auto& machine : machines_of(*history))
            for (const auto& kernel : arms)
                if (auto series = series_of(*history, machine, kernel, request, revises); has_numbers(series)) out.push_back(std::move(series));
    }
    if (out.empty()) return nothing_found(request, cells->of, matching);
    return out;
}

}  // namespace diobench
