// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/read_gate.h"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <stdexcept>

#include "bench/results/export/report.h"
#include "bench/verdict/judge/gate_json.h"
#include "bench/verdict/judge/next_step.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

Verdict verdict_at(const Json& object) {
    const auto name = object.at("verdict").get<std::string>();
    for (const Verdict verdict : {Verdict::pass, Verdict::inconclusive, Verdict::regression, Verdict::invalid})
        if (verdict_name(verdict) == name) return verdict;
    throw std::runtime_error(fmt::format("verdict \"{}\" is none", name));
}

const Metric* metric_named(const std::string& name) {
    const Metric* metric = find_metric(name);
    if (metric == nullptr) throw std::runtime_error(fmt::format("there is no metric {}", name));
    return metric;
}

double number_or(const Json& object, const char* key, double otherwise) {
    const auto& value = object.at(key);
    return value.is_null() ? otherwise : value.get<double>();
}

std::optional<WallJudgement> wall_at(const Json& metric, const char* key) {
    const auto& wall = metric.at(key);
    if (wall.is_null()) return std::nullopt;
    constexpr double kUnbounded = std::numeric_limits<double>::infinity();
    WallJudgement out;
    out.verdict = verdict_at(wall);
    out.shift = {number_or(wall, "log_ratio", 0), {number_or(wall, "low", -kUnbounded), number_or(wall, "high", kUnbounded)}, number_or(wall, "confidence", 0)};
    out.p = number_or(wall, "p", 1);
    out.adjusted_p = number_or(wall, "adjusted_p", 1);
    out.narrow = wall.at("narrow").get<bool>();
    return out;
}

PairedJudgement paired_of(const Json& metric, Verdict verdict) {
    PairedJudgement out;
    out.verdict = verdict;
    out.better = metric.at("better").get<bool>();
    out.baseline = number_or(metric, "baseline", 0);
    out.candidate = number_or(metric, "candidate", 0);
    out.differences = metric.at("differences").get<std::vector<double>>();
    out.median_difference = number_or(metric, "worse_by", 0);
    out.spread = number_or(metric, "spread", 0);
    // From nothing to something is no finite share.
    out.relative = number_or(metric, "worse_by_ratio", out.differences.empty() ? 0 : std::copysign(std::numeric_limits<double>::infinity(), out.median_difference));
    out.reason = metric.at("reason").get<std::string>();
    return out;
}

MetricReport metric_of(const Json& json) {
    MetricReport out;
    out.metric = metric_named(json.at("metric").get<std::string>());
    out.verdict = verdict_at(json);
    out.paired = paired_of(json, out.verdict);
    out.wall = wall_at(json, "wall");
    out.confirmation = wall_at(json, "confirmation");
    out.tolerance = {json.at("floor_ratio").get<double>(), json.at("margin").get<double>()};
    if (!json.at("floor_of").is_null()) out.floor_of = metric_named(json.at("floor_of").get<std::string>());
    out.part = json.at("part").get<double>();
    out.policy_line = json.at("policy_line").get<int64_t>();
    out.reason = json.at("reason").get<std::string>();
    out.accepted = json.at("accepted").get<std::string>();
    return out;
}

void add_cell(const Json& json, GateReport& out) {
    CellReport cell{json.at("cell").get<std::string>(), verdict_at(json), json.at("reason").get<std::string>(), json.at("accepted").get<std::string>(),
                    json.at("note").get<std::string>(), {}};
    for (const auto& metric : json.at("metrics")) cell.metrics.push_back(metric_of(metric));
    if (const auto& functions = json.at("attribution"); !functions.is_null()) {
        auto& list = out.attribution[cell.cell];
        for (const auto& f : functions)
            list.push_back({f.at("function").get<std::string>(), f.at("baseline_instructions_per_op").get<double>(), f.at("candidate_instructions_per_op").get<double>(),
                            number_or(f, "share", 0), f.at("in_patches").get<bool>()});
    }
    out.cells.push_back(std::move(cell));
}

SelfTest self_test_of(const Json& json) {
    const auto outcome = json.at("outcome").get<std::string>();
    return {json.at("name").get<std::string>(),
            outcome == "pass" ? SelfTest::Outcome::passed : outcome == "not-run" ? SelfTest::Outcome::not_run : SelfTest::Outcome::failed,
            json.at("detail").get<std::string>()};
}

GateReport report_of(const Json& gate) {
    GateReport out;
    out.verdict = verdict_at(gate);
    out.exit_code = static_cast<ExitCode>(gate.at("exit_code").get<int>());
    for (auto [key, text] : {std::pair{"baseline", &out.baseline}, {"candidate", &out.candidate}, {"machine", &out.machine}, {"suite", &out.suite},
                             {"policy", &out.policy_file}, {"started_at", &out.started_at}})
        *text = gate.at(key).get<std::string>();
    out.selection = gate.value("selection", std::string());
    out.seeds = gate.at("seeds").get<std::vector<int64_t>>();
    out.runs = gate.at("runs").get<std::vector<std::string>>();
    out.baseline_runs = gate.value("baseline_runs", std::vector<std::string>());
    out.confirm_pairs = gate.at("confirm_pairs").get<size_t>();
    out.disturbed = gate.at("disturbed_boots").get<size_t>();
    for (const auto& test : gate.at("self_tests")) out.self_tests.push_back(self_test_of(test));
    out.problems = gate.at("problems").get<std::vector<std::string>>();
    out.notes = gate.at("notes").get<std::vector<std::string>>();
    for (const auto& cell : gate.at("cells")) add_cell(cell, out);
    out.cells_that_do_not_gate = gate.at("cells_that_do_not_gate").get<size_t>();
    out.elapsed_s = gate.at("elapsed_s").get<double>();
    // Older files have no answer: what was asked for is known by its names.
    out.next = gate.contains("answer") ? gate.at("answer").at("next").get<std::string>() : next_step(out, {out.baseline, out.candidate});
    return out;
}

}  // namespace

Result<GateReport> gate_of_json(const Json& gate) {
    try {
        if (const auto version = gate.at("schema_version").get<int64_t>(); version != kGateSchemaVersion)
            return fail("read gate", "schema_version", fmt::format("it is {} and this diobench knows {}", version, kGateSchemaVersion), ExitCode::invalid);
        return report_of(gate);
    } catch (const std::exception& e) {
        return fail("read gate", std::string(kGateFileName), e.what(), ExitCode::invalid);
    }
}

Result<GateReport> read_gate(const fs::path& directory) {
    auto text = read_file(directory / kGateFileName);
    if (!text) return forward(text);
    const auto json = Json::parse(*text, nullptr, false);
    if (json.is_discarded()) return fail("read gate", (directory / kGateFileName).string(), "it is no JSON", ExitCode::invalid);
    auto report = gate_of_json(json);
    if (!report) return forward(report);
    report->directory = directory.string();
    if (fs::exists(directory / kReportFileName)) report->page = (directory / kReportFileName).string();
    return report;
}

}  // namespace diobench
