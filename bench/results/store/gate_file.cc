// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/gate_file.h"

#include <cmath>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"

namespace diobench {

namespace {

using GateJson = nlohmann::ordered_json;

constexpr int64_t kKnownGateVersion = 1;

std::optional<double> number_at(const GateJson& object, const char* key) {
    const auto& value = object.at(key);
    return value.is_null() ? std::nullopt : std::optional<double>(value.get<double>());
}

/// The interval is one of log-ratios; the store's are shares.
std::optional<double> share_at(const GateJson& wall, const char* key) {
    if (wall.is_null()) return std::nullopt;
    const auto log_ratio = number_at(wall, key);
    return log_ratio ? std::optional<double>(std::expm1(*log_ratio)) : std::nullopt;
}

StoredVerdict metric_verdict(const std::string& cell, const GateJson& metric) {
    const auto& wall = metric.at("confirmation").is_null() ? metric.at("wall") : metric.at("confirmation");
    StoredVerdict out;
    out.cell = cell;
    out.metric = metric.at("metric").get<std::string>();
    out.verdict = metric.at("verdict").get<std::string>();
    out.baseline = number_at(metric, "baseline");
    out.candidate = number_at(metric, "candidate");
    out.worse_by_ratio = wall.is_null() ? number_at(metric, "worse_by_ratio") : share_at(wall, "log_ratio");
    out.low = share_at(wall, "low");
    out.high = share_at(wall, "high");
    out.reason = metric.at("reason").get<std::string>();
    out.accepted = metric.at("accepted").get<std::string>();
    return out;
}

/// A cell that was judged as a whole has a verdict of its own; of others the metrics' say all.
void add_cell(const GateJson& cell, std::vector<StoredVerdict>& out) {
    const std::string id = cell.at("cell").get<std::string>();
    for (const auto& metric : cell.at("metrics")) out.push_back(metric_verdict(id, metric));
    if (!cell.at("metrics").empty()) return;
    StoredVerdict whole;
    whole.cell = id;
    whole.verdict = cell.at("verdict").get<std::string>();
    whole.reason = cell.at("reason").get<std::string>();
    whole.accepted = cell.at("accepted").get<std::string>();
    out.push_back(std::move(whole));
}

}  // namespace

Result<StoredJudgement> judgement_of_gate(const GateJson& gate) {
    try {
        if (const auto version = gate.at("schema_version").get<int64_t>(); version != kKnownGateVersion)
            return fail("read gate", "schema_version", fmt::format("it is {} and this diobench knows {}", version, kKnownGateVersion), ExitCode::invalid);
        StoredJudgement out;
        out.kind = kGateJudgement;
        for (auto [key, text] : {std::pair{"started_at", &out.started_at}, {"suite", &out.suite}, {"machine", &out.machine}, {"baseline", &out.baseline},
                                 {"candidate", &out.candidate}, {"verdict", &out.verdict}})
            *text = gate.at(key).get<std::string>();
        out.elapsed_s = gate.at("elapsed_s").get<double>();
        out.exit_code = gate.at("exit_code").get<int64_t>();
        out.id = fmt::format("gate/{}/{}/{}/{}/{}", out.started_at, out.machine, out.suite, out.baseline, out.candidate);
        out.runs = gate.at("runs").get<std::vector<std::string>>();
        // Gates of given runs begin when those of the baseline did.
        if (!out.runs.empty()) out.id += "/" + sha256_hex(join(out.runs, " ")).substr(0, 8);
        if (!out.runs.empty()) out.run_id = out.runs.back();
        out.baseline_runs = gate.value("baseline_runs", std::vector<std::string>());
        for (const auto& cell : gate.at("cells")) add_cell(cell, out.verdicts);
        return out;
    } catch (const GateJson::exception& e) {
        return fail("read gate", "gate.json", e.what(), ExitCode::invalid);
    }
}

}  // namespace diobench
