// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/bisect_json.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::string_view side_name(StateSide side) {
    switch (side) {
    case StateSide::baseline: return "baseline";
    case StateSide::candidate: return "candidate";
    case StateSide::unknown: break;
    }
    return "unknown";
}

/// A number with a metric, a word without.
Json value_json(const StateReading& reading, const Followed& followed) {
    if (!reading.known()) return nullptr;
    return followed.watched.metric != nullptr ? Json(reading.value) : Json(reading.way);
}

Json patch_json(const BisectReport& report, size_t number) {
    const WalkedPatch& patch = report.patches[number - 1];
    return {{"number", number}, {"subject", patch.subject}, {"file", text_or_null(patch.file.string())}, {"commit", text_or_null(patch.commit)}};
}

Json patches_json(const BisectReport& report, size_t first, size_t last) {
    Json out = Json::array();
    for (size_t number = first; number <= last; ++number) out.push_back(patch_json(report, number));
    return out;
}

Json followed_json(const std::optional<Followed>& followed) {
    if (!followed) return nullptr;
    const Metric* metric = followed->watched.metric;
    return {{"cell", followed->watched.cell},
            {"metric", metric != nullptr ? Json(metric->name) : Json()},
            {"unit", metric != nullptr ? Json(metric->unit) : Json()},
            {"floor_ratio", metric != nullptr ? Json(followed->tolerance.floor) : Json()},
            {"margin", metric != nullptr ? Json(followed->tolerance.margin) : Json()}};
}

Json steps_json(const BisectReport& report) {
    Json out = Json::array();
    for (const auto& step : report.steps)
        out.push_back({{"state", step.state},
                       {"name", step.name},
                       {"end", step.state == 0 || step.state == report.patches.size()},
                       {"side", side_name(step.side)},
                       {"value", value_json(step.reading, *report.followed)},
                       {"values", step.reading.values},
                       {"reason", text_or_null(step.remark)},
                       {"directory", step.directory}});
    return out;
}

Json found_json(const BisectReport& report) {
    if (report.outcome != BisectOutcome::found) return nullptr;
    Json out = patch_json(report, report.first_as_candidate);
    out["before"] = value_json(report.find_step(report.last_as_baseline)->reading, *report.followed);
    out["after"] = value_json(report.find_step(report.first_as_candidate)->reading, *report.followed);
    return out;
}

}  // namespace

Json bisect_json(const BisectReport& report) {
    const bool range = report.outcome == BisectOutcome::range;
    return {{"schema_version", kBisectSchemaVersion},
            {"outcome", outcome_name(report.outcome)},
            {"exit_code", static_cast<int>(report.exit_code)},
            {"sentence", report.sentence},
            {"notes", report.notes},
            {"baseline", report.baseline},
            {"candidate", report.candidate},
            {"machine", "exact"},
            {"suite", report.suite},
            {"filter", report.filter},
            {"seeds", report.seeds},
            {"gate", report.gate_verdict ? Json(verdict_name(*report.gate_verdict)) : Json()},
            {"followed", followed_json(report.followed)},
            {"found", found_json(report)},
            {"range", range ? patches_json(report, report.last_as_baseline + 1, report.first_as_candidate) : Json()},
            {"steps", steps_json(report)},
            {"patches", patches_json(report, 1, report.patches.size())},
            {"directory", report.directory},
            {"started_at", report.started_at},
            {"elapsed_s", report.elapsed_s}};
}

}  // namespace diobench
