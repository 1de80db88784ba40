// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/gate_json.h"

#include <cmath>

#include "bench/verdict/judge/gate_answer.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

/// JSON has no infinity: what is not finite is null.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json wall_json(const std::optional<WallJudgement>& wall) {
    if (!wall) return nullptr;
    return {{"verdict", verdict_name(wall->verdict)},
            {"log_ratio", number(wall->shift.value)},
            {"low", number(wall->shift.interval.low)},
            {"high", number(wall->shift.interval.high)},
            {"confidence", number(wall->shift.confidence)},
            {"p", number(wall->p)},
            {"adjusted_p", number(wall->adjusted_p)},
            {"narrow", wall->narrow}};
}

Json metric_json(const MetricReport& metric) {
    const auto& paired = metric.paired;
    const bool known = !paired.differences.empty();
    return {{"metric", metric.metric->name},
            {"unit", metric.metric->unit},
            {"verdict", verdict_name(metric.verdict)},
            {"better", paired.better},
            {"baseline", known ? number(paired.baseline) : Json()},
            {"candidate", known ? number(paired.candidate) : Json()},
            {"worse_by", known ? number(paired.median_difference) : Json()},
            {"worse_by_ratio", known ? number(paired.relative) : Json()},
            {"spread", known ? number(paired.spread) : Json()},
            {"differences", paired.differences},
            {"floor_ratio", metric.tolerance.floor},
            {"margin", metric.tolerance.margin},
            {"floor_of", metric.floor_of != nullptr ? Json(metric.floor_of->name) : Json()},
            {"part", metric.part},
            {"policy_line", metric.policy_line},
            {"wall", wall_json(metric.wall)},
            {"confirmation", wall_json(metric.confirmation)},
            {"reason", metric.reason},
            {"accepted", metric.accepted}};
}

Json attribution_json(const GateReport& report, const std::string& cell) {
    auto found = report.attribution.find(cell);
    if (found == report.attribution.end()) return nullptr;
    Json out = Json::array();
    for (const auto& f : found->second)
        out.push_back({{"function", f.function},
                       {"baseline_instructions_per_op", f.baseline_per_op},
                       {"candidate_instructions_per_op", f.candidate_per_op},
                       {"share", number(f.share)},
                       {"in_patches", f.in_patches}});
    return out;
}

Json cell_json(const GateReport& report, const CellReport& cell) {
    Json metrics = Json::array();
    for (const auto& metric : cell.metrics) metrics.push_back(metric_json(metric));
    return {{"cell", cell.cell},         {"verdict", verdict_name(cell.verdict)}, {"reason", cell.reason}, {"accepted", cell.accepted},
            {"note", cell.note},         {"metrics", std::move(metrics)},         {"attribution", attribution_json(report, cell.cell)}};
}

std::string_view outcome_word(SelfTest::Outcome outcome) {
    switch (outcome) {
    case SelfTest::Outcome::passed: return "pass";
    case SelfTest::Outcome::not_run: return "not-run";
    case SelfTest::Outcome::failed: break;
    }
    return "fail";
}

/// What the page says first: the sentences of gate_answer().
Json answer_json(const GateReport& report) {
    const GateAnswer answer = gate_answer(report);
    Json causes = Json::array();
    for (const auto& cause : answer.causes)
        causes.push_back({{"verdict", verdict_name(cause.verdict)}, {"what", cause.what}, {"effect", cause.effect}, {"cells", cause.cells.size()}, {"filter", cause.glob}});
    return {{"headline", answer.headline}, {"causes", std::move(causes)},       {"where", answer.where},
            {"undecided", answer.undecided}, {"better", answer.better},         {"accepted", answer.accepted},
            {"not_checked", answer.not_checked}, {"next", answer.next},         {"evidence", answer.evidence}};
}

}  // namespace

Json gate_json(const GateReport& report) {
    Json self_tests = Json::array();
    for (const auto& test : report.self_tests) self_tests.push_back({{"name", test.name}, {"outcome", outcome_word(test.outcome)}, {"detail", test.detail}});
    Json cells = Json::array();
    for (const auto& cell : report.cells) cells.push_back(cell_json(report, cell));
    return {{"schema_version", kGateSchemaVersion},
            {"verdict", verdict_name(report.verdict)},
            {"exit_code", static_cast<int>(report.exit_code)},
            {"baseline", report.baseline},
            {"candidate", report.candidate},
            {"machine", report.machine},
            {"suite", report.suite},
            {"selection", report.selection},
            {"answer", answer_json(report)},
            {"started_at", report.started_at},
            {"elapsed_s", report.elapsed_s},
            {"policy", report.policy_file},
            {"seeds", report.seeds},
            {"runs", report.runs},
            {"baseline_runs", report.baseline_runs},
            {"confirm_pairs", report.confirm_pairs},
            {"disturbed_boots", report.disturbed},
            {"self_tests", std::move(self_tests)},
            {"problems", report.problems},
            {"notes", report.notes},
            {"cells_that_do_not_gate", report.cells_that_do_not_gate},
            {"cells", std::move(cells)}};
}

}  // namespace diobench
