// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/run_history.h"

#include <algorithm>
#include <map>
#include <set>

#include "bench/results/history/series.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

/// Metrics with the cells they gate, in the order of the metric table.
std::vector<std::pair<const Metric*, std::set<std::string>>> gated_cells(const Results& results, const HistoryMetricFilter& wanted) {
    std::vector<std::pair<const Metric*, std::set<std::string>>> out;
    for (const Metric& metric : metric_table()) {
        std::set<std::string> cells;
        for (const auto& cell : results.cells)
            if (wanted(results.run, cell, metric)) cells.insert(cell.cell);
        if (!cells.empty()) out.emplace_back(&metric, std::move(cells));
    }
    return out;
}

/// The newest runs that may be held against this one, the oldest first.
std::vector<HistoryRun> window(std::vector<HistoryRun> runs, const Run& run) {
    std::erase_if(runs, [&](const HistoryRun& r) { return r.suite != run.suite || r.machine != run.machine || r.seed != run.seed || r.started_at > run.started_at; });
    if (runs.size() > kMostHistoryRuns) runs.erase(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(kMostHistoryRuns));
    return runs;
}

/// Values of an arm's cells in one run.
using ArmValues = std::map<std::string, double>;

/// Of the arm in this run: its newest revision that was measured; the name of that, and its numbers.
struct ArmPoint {
    std::string kernel;
    ArmValues values;
};

std::optional<ArmPoint> arm_point(const std::vector<RunValue>& values, const std::vector<std::string>& chain, const std::set<std::string>& cells) {
    for (const auto& kernel : chain) {
        ArmPoint point{kernel, {}};
        for (const auto& value : values)
            if (value.kernel == kernel && value.value && cells.contains(value.cell)) point.values[value.cell] = *value.value;
        if (!point.values.empty()) return point;
    }
    return std::nullopt;
}

/// Ratios to the first value of each cell; cells that began at 0 only count as changed or not.
Json point_json(const HistoryRun& run, const ArmPoint& point, const ArmValues& first, const WorstVerdict& worst) {
    std::vector<double> ratios;
    size_t changed = 0;
    for (const auto& [cell, value] : point.values) {
        const auto begin = first.find(cell);
        if (begin == first.end()) continue;
        changed += value != begin->second ? 1 : 0;
        if (begin->second != 0) ratios.push_back(value / begin->second);
    }
    std::sort(ratios.begin(), ratios.end());
    Json ratio;
    if (!ratios.empty()) ratio = {{"low", ratios.front()}, {"median", ratios[ratios.size() / 2]}, {"high", ratios.back()}};
    return {{"run", run.id}, {"started_at", run.started_at}, {"verdict", worst.verdict}, {"gate", worst.judgement_id}, {"cells", point.values.size()}, {"changed", changed}, {"ratio", ratio}};
}

/// All runs' numbers of one metric.
using WindowValues = std::vector<std::pair<const HistoryRun*, std::vector<RunValue>>>;

Json arm_json(const std::string& arm, const WindowValues& runs, const std::set<std::string>& cells, const Revisions& revises,
              const std::map<std::pair<std::string, std::string>, WorstVerdict>& verdicts) {
    ArmValues first;
    Json points = Json::array();
    for (const auto& [run, values] : runs) {
        auto point = arm_point(values, revisions_of(arm, revises), cells);
        if (!point) continue;
        for (const auto& [cell, value] : point->values) first.try_emplace(cell, value);
        const auto verdict = verdicts.find({run->id, point->kernel});
        points.push_back(point_json(*run, *point, first, verdict == verdicts.end() ? WorstVerdict() : verdict->second));
    }
    return {{"kernel", arm}, {"points", std::move(points)}};
}

std::string_view direction_name(Direction direction) {
    switch (direction) {
    case Direction::lower_is_better: return "lower";
    case Direction::higher_is_better: return "higher";
    case Direction::neutral: break;
    }
    return "neutral";
}

/// Of every run and gate that the metrics name and that has a page.
Json pages_json(const Json& metrics, const PageLinks& link) {
    std::set<std::string> ids;
    for (const auto& metric : metrics)
        for (const auto& arm : metric.at("arms"))
            for (const auto& point : arm.at("points")) ids.insert({point.at("run").get<std::string>(), point.at("gate").get<std::string>()});
    ids.erase("");  // of points without a gate
    Json out = Json::object();
    for (const auto& id : ids)
        if (std::string page = link(id); !page.empty()) out[id] = std::move(page);
    return out;
}

}  // namespace

Result<Json> run_history(ResultStore& store, const Results& results, const Revisions& revises, const HistoryMetricFilter& wanted, const PageLinks& link) {
    auto all = store.history_runs();
    if (!all) return forward(all);
    const auto runs = window(std::move(*all), results.run);
    std::vector<std::string> kernels;
    for (const auto& kernel : results.kernels) kernels.push_back(kernel.name);
    Json metrics = Json::array();
    for (const auto& [metric, cells] : gated_cells(results, wanted)) {
        const std::string name(metric->name);
        WindowValues values;
        for (const auto& run : runs) {
            auto numbers = store.run_values(run.id, name);
            if (!numbers) return forward(numbers);
            values.emplace_back(&run, std::move(*numbers));
        }
        auto verdicts = store.worst_verdicts(name, runs.empty() ? "" : runs.front().started_at);
        if (!verdicts) return forward(verdicts);
        Json arms = Json::array();
        for (const auto& arm : newest_revisions(kernels, revises)) arms.push_back(arm_json(arm, values, cells, revises, *verdicts));
        metrics.push_back({{"metric", name}, {"unit", metric->unit}, {"direction", direction_name(metric->direction)}, {"arms", std::move(arms)}});
    }
    Json pages = pages_json(metrics, link);
    return Json{{"schema_version", kRunHistorySchemaVersion}, {"suite", results.run.suite}, {"machine", results.run.machine}, {"metrics", std::move(metrics)}, {"pages", std::move(pages)}};
}

}  // namespace diobench
