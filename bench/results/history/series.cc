// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/series.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"
#include "bench/common/plan/cell_filter.h"
#include "bench/results/history/change_points.h"
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

Result<CellHistory> read_cell(ResultStore& store, const std::string& cell, const std::vector<std::string>& kernels, const std::vector<HistoryValue>& values, const SeriesRequest& request,
                              const Runs& runs) {
    auto verdicts = store.history_verdicts(cell, request.metric);
    if (!verdicts) return forward(verdicts);
    CellHistory out{cell, {}, std::move(*verdicts), kernels};
    for (const auto& value : values) {
        auto run = runs.find(value.run_id);
        if (run == runs.end()) continue;  // of another machine or suite
        if (out.runs.empty() || out.runs.back().first != run->second) out.runs.push_back({run->second, {}});
        out.runs.back().second[value.kernel] = value.value;
    }
    return out;
}

/// Runs that are one point, and the numbers of each.
struct Group {
    HistoryPoint point;
    std::string clock_kind;
    std::string made_for;  ///< HistoryRun::group
    std::vector<std::optional<double>> values;
    std::vector<std::optional<double>> references;
};

/// A run without a number takes the number, as a boot does.
std::optional<double> median_over_seeds(const std::vector<std::optional<double>>& values) {
    std::vector<double> present;
    for (const auto& value : values)
        if (value) present.push_back(*value);
    return present.size() < values.size() ? std::nullopt : std::optional<double>(median_of(present));
}

/// The newest verdict on the kernel in one of these runs.
void find_verdict(const std::vector<HistoryVerdict>& verdicts, HistoryPoint& point) {
    for (auto it = verdicts.rbegin(); it != verdicts.rend(); ++it) {
        if (it->candidate != point.kernel || std::find(point.runs.begin(), point.runs.end(), it->run_id) == point.runs.end()) continue;
        point.verdict = it->verdict;
        point.gate = it->judgement_id;
        return;
    }
}

/// Of these groups the one that the run belongs to; a seed that it has already begins another one. nullptr: none.
Group* group_of(std::vector<Group>& groups, const HistoryRun& run, const std::string& kernel) {
    if (run.group.empty()) return nullptr;
    const auto found = std::find_if(groups.rbegin(), groups.rend(), [&](const Group& one) { return one.made_for == run.group && one.point.kernel == kernel; });
    if (found == groups.rend() || std::find(found->point.seeds.begin(), found->point.seeds.end(), run.seed) != found->point.seeds.end()) return nullptr;
    return &*found;
}

void add_run(std::vector<Group>& groups, const HistoryRun& run, const RunValues& values, const std::vector<std::string>& chain, const std::string& reference) {
    const auto kernel = std::find_if(chain.begin(), chain.end(), [&](const std::string& one) { return values.contains(one); });
    if (kernel == chain.end()) return;
    Group* group = group_of(groups, run, *kernel);
    if (group == nullptr) {
        group = &groups.emplace_back();
        group->made_for = run.group;
        group->clock_kind = run.clock_kind;
        group->point.started_at = run.started_at;
        group->point.kernel = *kernel;
        group->point.good = true;
        group->point.environment = run.environment;
    }
    group->point.runs.push_back(run.id);
    group->point.seeds.push_back(run.seed);
    group->point.good = group->point.good && run.is_good(*kernel);
    group->values.push_back(values.at(*kernel));
    const auto other = values.find(reference);
    group->references.push_back(other == values.end() ? std::nullopt : other->second);
}

/// On a virtual clock other seeds have other numbers, whatever the kernel: only points with the same ones may be compared.
std::string seeds_text(std::vector<int64_t> seeds, const std::string& clock_kind) {
    std::sort(seeds.begin(), seeds.end());
    if (seeds.size() == 1) return fmt::format("seed {}", seeds.front());
    if (clock_kind != "virtual") return fmt::format("seeds from {}", seeds.front());
    if (seeds.back() - seeds.front() + 1 == static_cast<int64_t>(seeds.size())) return fmt::format("seeds {} to {}", seeds.front(), seeds.back());
    return fmt::format("seeds {}", fmt::join(seeds, ", "));
}

/// One for each set of seeds.
std::vector<HistorySeries> series_of(const CellHistory& cell, const std::string& machine, const std::string& kernel, const SeriesRequest& request, const Revisions& revises) {
    const auto chain = revisions_of(kernel, revises);
    const bool is_reference = std::find(chain.begin(), chain.end(), request.reference) != chain.end();
    std::vector<Group> groups;
    for (const auto& [run, values] : cell.runs)
        if (run->machine == machine) add_run(groups, *run, values, chain, is_reference ? "" : request.reference);
    std::map<std::string, HistorySeries> by_seeds;
    for (auto& group : groups) {
        const std::string seeds = seeds_text(group.point.seeds, group.clock_kind);
        HistorySeries& series = by_seeds.try_emplace(seeds, HistorySeries{cell.cell, find_metric(request.metric), machine, group.clock_kind, kernel, seeds, {}}).first->second;
        group.point.value = median_over_seeds(group.values);
        group.point.reference = median_over_seeds(group.references);
        find_verdict(cell.verdicts, group.point);
        series.points.push_back(std::move(group.point));
    }
    std::vector<HistorySeries> out;
    for (auto& [seeds, series] : by_seeds) {
        if (request.last != 0 && series.points.size() > request.last)
            series.points.erase(series.points.begin(), series.points.end() - static_cast<std::ptrdiff_t>(request.last));
        out.push_back(std::move(series));
    }
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

std::vector<std::string> kernels_of(const MatchingCells& cells) {
    std::set<std::string> out;
    for (const auto& [cell, kernels] : cells.matching) out.insert(kernels.begin(), kernels.end());
    return {out.begin(), out.end()};
}

tl::unexpected<Error> nothing_found(const SeriesRequest& request, size_t cells, size_t matching, const std::vector<std::string>& kernels) {
    if (cells == 0) return fail("read history", request.cell_glob, "the store has no run with cells yet: make one with 'diobench run'");
    if (matching == 0) return fail("read history", request.cell_glob, fmt::format("none of the store's {} cells matches ('*' also matches '/')", cells));
    return fail("read history", request.cell_glob,
                fmt::format("{} cell{} match{}, but none has a number of {}{}{}{}; of kernels they have {}{}", matching, matching == 1 ? "" : "s", matching == 1 ? "es" : "", request.metric,
                            request.kernel.empty() ? "" : " with kernel " + request.kernel, request.machine.empty() ? "" : " on machine " + request.machine,
                            request.suite.empty() ? "" : " in suite " + request.suite, join(kernels, ", "), did_you_mean(request.kernel, kernels)));
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
    const auto known = kernels_of(*cells);
    if (request.reference_named && !known.empty() && std::find(known.begin(), known.end(), request.reference) == known.end())
        return fail("make ratios with kernel", request.reference, fmt::format("no cell that matches has it; of kernels they have {}{}", join(known, ", "), did_you_mean(request.reference, known)));
    std::vector<std::string> asked;
    size_t matching = 0;
    for (const auto& [cell, kernels] : cells->matching)
        if (++matching > request.skip_cells && (request.most_cells == 0 || matching <= request.skip_cells + request.most_cells)) asked.push_back(cell);
    auto values = store.history_values(asked, request.metric);
    if (!values) return forward(values);
    std::vector<HistorySeries> out;
    for (const auto& cell : asked) {
        const auto& kernels = cells->matching.at(cell);
        auto history = read_cell(store, cell, kernels, (*values)[cell], request, runs);
        if (!history) return forward(history);
        const auto arms = request.kernel.empty() ? newest_revisions(kernels, revises) : std::vector<std::string>{request.kernel};
        for (const auto& machine : machines_of(*history))
            for (const auto& kernel : arms)
                for (auto& series : series_of(*history, machine, kernel, request, revises))
                    if (has_numbers(series)) out.push_back(std::move(series));
    }
    if (out.empty()) return nothing_found(request, cells->of, matching, known);
    return out;
}

}  // namespace diobench
