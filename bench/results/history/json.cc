// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/json.h"

#include <cmath>

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

/// JSON has no infinity: what is not finite is null.
Json number(const std::optional<double>& value) { return value && std::isfinite(*value) ? Json(*value) : Json(); }
Json text(const std::string& value) { return value.empty() ? Json() : Json(value); }

Json points_json(const HistorySeries& series) {
    Json out = Json::array();
    for (const auto& p : series.points)
        out.push_back({{"run", p.run_id()}, {"runs", p.runs}, {"seeds", p.seeds}, {"started_at", p.started_at}, {"kernel", p.kernel}, {"value", number(p.value)}, {"reference", number(p.reference)},
                       {"good", p.good}, {"environment", p.environment}, {"verdict", text(p.verdict)}, {"gate", text(p.gate)}});
    return out;
}

Json changes_json(const HistorySeries& series, const std::vector<ChangePoint>& changes) {
    Json out = Json::array();
    for (const auto& c : changes)
        out.push_back({{"run", series.points[c.index].run_id()}, {"before", number(c.before)}, {"after", number(c.after)},
                       {"worse_by_ratio", number(worse_by(*series.metric, c.before, c.after))}, {"p", number(c.p)}});
    return out;
}

Json drifts_json(const HistorySeries& series, const std::vector<ChangePoint>& changes, const std::vector<Pin>& pins) {
    Json out = Json::array();
    for (const auto& pin : pins)
        if (auto d = drift_from(series, changes, pin))
            out.push_back({{"pin", pin.name}, {"baseline", number(d->baseline)}, {"level", number(d->level)}, {"worse_by_ratio", number(d->worse_by_ratio)},
                           {"creep", d->creep}});
    return out;
}

}  // namespace

Json history_json(const std::vector<HistorySeries>& all, const std::vector<Pin>& pins) {
    Json out = Json::array();
    for (const auto& series : all) {
        const auto changes = level_changes(series);
        out.push_back({{"cell", series.cell}, {"metric", series.metric->name}, {"unit", series.metric->unit}, {"machine", series.machine},
                       {"clock", series.clock_kind}, {"kernel", series.kernel}, {"seeds", series.seeds}, {"points", points_json(series)},
                       {"ratio_to_reference", signal_of(series).against_reference}, {"changes", changes_json(series, changes)},
                       {"worse_than_pins", drifts_json(series, changes, pins)},
                       {"rolling_baseline", number(rolling_baseline(series, series.points.empty() ? 0 : series.points.size() - 1))}});
    }
    return out;
}

Json runs_json(const std::vector<StoredRun>& runs) {
    Json out = Json::array();
    for (const auto& r : runs)
        out.push_back({{"id", r.id}, {"started_at", r.started_at}, {"suite", r.suite}, {"machine", r.machine}, {"clock", r.clock_kind}, {"seed", r.seed},
                       {"status", r.status}, {"exit_code", r.exit_code}, {"cells", r.cells}, {"ok_cells", r.ok_cells}});
    return out;
}

Json pins_json(const std::vector<Pin>& pins) {
    Json out = Json::array();
    for (const auto& p : pins)
        out.push_back({{"name", p.name}, {"run", p.run_id}, {"kernel", text(p.kernel)}, {"cells", p.cells}, {"pinned_at", p.pinned_at}});
    return out;
}

}  // namespace diobench
