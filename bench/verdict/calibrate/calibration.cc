// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/calibration.h"

#include <cmath>
#include <fmt/format.h>
#include <map>

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kCalibrationSchemaVersion = 1;

std::string percent(double share) {
    if (std::isinf(share)) return "from nothing";
    const double value = share * 100;
    return std::abs(value) < 1 ? fmt::format("{:.3f} %", value) : fmt::format("{:.1f} %", value);
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json null_json(const NullTrial& t) {
    return {{"candidate", t.candidate}, {"gates", t.gates}, {"cells", t.cells}, {"metrics", t.metrics}, {"false_alarms", t.false_alarms},
            {"undecided", t.undecided}, {"largest_difference", number(t.largest)}, {"largest_where", t.largest_where}};
}

Json slow_json(const SlowTrial& t) {
    return {{"name", t.name}, {"purpose", t.purpose}, {"expected", t.expected}, {"verdict", t.verdict}, {"found", t.found}, {"attributed", t.attributed},
            {"function", t.function}, {"cells", t.cells}, {"cells_found", t.cells_found},
            {"smallest_found", {{"metric", t.smallest_metric}, {"cell", t.smallest_cell}, {"change", number(t.smallest)}}},
            {"largest_missed", number(t.largest_missed)}, {"problem", t.problem}};
}

std::string slow_line(const SlowTrial& t, bool exact) {
    std::string text = fmt::format("  {:<22} {:<9}", t.name, t.found ? "found" : "MISSED");
    if (!t.problem.empty()) return text + t.problem + "\n";
    text += fmt::format("{:>4} of {:>3} cells", t.cells_found, t.cells);
    if (t.found) text += fmt::format(", down to {:>9} {}", percent(t.smallest), t.smallest_metric);
    if (t.largest_missed > 0) text += fmt::format("; not called: up to {}", percent(t.largest_missed));
    if (exact && t.found) text += fmt::format("; {} {}", t.attributed ? "in" : "NOT ATTRIBUTED:", t.function);
    return text + "\n";
}

}  // namespace

std::optional<double> Calibration::false_alarms_per_thousand() const {
    int64_t alarms = 0, cells = 0;
    for (const auto& trial : same) {
        alarms += trial.false_alarms;
        cells += trial.cells;
    }
    if (cells == 0) return std::nullopt;
    return 1000.0 * static_cast<double>(alarms) / static_cast<double>(cells);
}

std::vector<SmallestFound> Calibration::smallest_found() const {
    std::map<std::string, SmallestFound> by_metric;
    for (const auto& trial : slow) {
        if (!trial.found) continue;
        auto [it, fresh] = by_metric.try_emplace(trial.smallest_metric, SmallestFound{trial.smallest_metric, trial.smallest, trial.name});
        if (!fresh && trial.smallest < it->second.change) it->second = {trial.smallest_metric, trial.smallest, trial.name};
    }
    std::vector<SmallestFound> out;
    for (auto& [metric, found] : by_metric) out.push_back(std::move(found));
    return out;
}

std::vector<std::string> Calibration::failures() const {
    std::vector<std::string> out;
    for (const auto& trial : same)
        if (trial.false_alarms > 0) out.push_back(fmt::format("{} false alarms of {} metrics: {} against {}", trial.false_alarms, trial.metrics, trial.candidate, baseline));
    if (!false_alarms_per_thousand()) out.emplace_back("no cell of equal kernels was judged");
    for (const auto& trial : slow) {
        if (!trial.problem.empty()) out.push_back(fmt::format("{}: {}", trial.name, trial.problem));
        else if (!trial.found) out.push_back(fmt::format("{} was not found ({})", trial.name, trial.expected));
        else if (machine == "exact" && !trial.attributed) out.push_back(fmt::format("{} was found and attributed to {}", trial.name, trial.function));
    }
    return out;
}

Json Calibration::to_json() const {
    Json equal = Json::array(), slower = Json::array(), smallest = Json::array();
    for (const auto& trial : same) equal.push_back(null_json(trial));
    for (const auto& trial : slow) slower.push_back(slow_json(trial));
    for (const auto& found : smallest_found()) smallest.push_back({{"metric", found.metric}, {"change", number(found.change)}, {"by", found.by}});
    const auto alarms = false_alarms_per_thousand();
    return {{"schema_version", kCalibrationSchemaVersion}, {"measured_at", measured_at}, {"machine", machine}, {"suite", suite}, {"baseline", baseline}, {"seeds", seeds},
            {"tool", tool}, {"elapsed_s", elapsed_s}, {"false_alarms_per_thousand_cells", alarms ? Json(*alarms) : Json()}, {"smallest_found", std::move(smallest)},
            {"same", std::move(equal)}, {"slow", std::move(slower)}, {"failures", failures()}};
}

std::string calibration_text(const Calibration& c) {
    std::string out = fmt::format("Machine {}, suite {}, baseline {}{}\n\nKernels that are not worse:\n", c.machine, c.suite, c.baseline,
                                  c.seeds > 0 ? fmt::format(", {} seeds a gate", c.seeds) : "");
    for (const auto& t : c.same) {
        out += fmt::format("  {:<22} {:>5} cells, {:>6} metrics: {} false alarms, {} undecided", t.candidate, t.cells, t.metrics, t.false_alarms, t.undecided);
        out += t.largest_where.empty() ? "\n" : fmt::format("; largest difference of a time {} ({})\n", percent(t.largest), t.largest_where);
    }
    if (const auto alarms = c.false_alarms_per_thousand()) out += fmt::format("  false alarms for a thousand cells: {:.2f}\n", *alarms);
    if (!c.slow.empty()) out += "\nKernels that are worse by a known amount:\n";
    for (const auto& t : c.slow) out += slow_line(t, c.machine == "exact");
    out += "\nSmallest change that was found, of each metric:\n";
    for (const auto& f : c.smallest_found()) out += fmt::format("  {:<40} {:>12}  {}\n", f.metric, percent(f.change), f.by);
    for (const auto& failure : c.failures()) out += fmt::format("! {}\n", failure);
    return out + fmt::format("\n{:.0f} s\n", c.elapsed_s);
}

}  // namespace diobench
