// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/attempt/attempt_text.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/verdict/judge/gate_answer.h"

namespace diobench {

namespace {

std::string duration_text(double seconds) {
    const auto whole = static_cast<long>(seconds + 0.5);
    return whole < 60 ? fmt::format("{} s", whole) : fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

std::string indented(const std::string& text) {
    std::string out;
    for (const auto& line : split(trim(text), '\n')) out += line.empty() ? "\n" : "  " + line + "\n";
    return out;
}

/// What the whole came to, without its verdict.
std::string sentence_of(const AttemptReport& report, const AttemptStep& step) {
    std::string out = step.outcome.sentence;
    const AttemptStep& last = report.steps.back();
    if (last.name == "bisect") out += fmt::format("; bisect: {}", last.outcome.sentence);
    return out;
}

}  // namespace

std::string step_line(const AttemptStep& step) {
    std::string out = fmt::format("{:<7} {:<15} {} ({})\n", step.name, step.outcome.result, step.outcome.sentence, duration_text(step.elapsed_s));
    if (!step.outcome.detail.empty()) out += indented(step.outcome.detail);
    return out;
}

std::string verdict_lines(const AttemptReport& report) {
    const AttemptStep* step = report.deciding();
    if (step == nullptr) return {};
    std::string out = "\n";
    if (const std::string next = report.next(); !next.empty()) out += fmt::format("next: {}\n", next);
    out += fmt::format("files: {}\n", report.directory);
    out += fmt::format("{}: {} ({})\n", report.exit_code() == ExitCode::ok ? "PASS" : upper_case(step->outcome.result), sentence_of(report, *step), duration_text(report.elapsed_s));
    return out;
}

std::string attempt_text(const AttemptReport& report) {
    std::string out;
    for (const auto& step : report.steps) out += step_line(step);
    return out + verdict_lines(report);
}

nlohmann::ordered_json attempt_json(const AttemptReport& report) {
    auto steps = nlohmann::ordered_json::array();
    for (const auto& step : report.steps)
        steps.push_back({{"step", step.name}, {"result", step.outcome.result}, {"exit_code", static_cast<int>(step.outcome.code)}, {"sentence", step.outcome.sentence},
                         {"detail", step.outcome.detail}, {"next", step.outcome.next}, {"elapsed_s", step.elapsed_s}});
    const AttemptStep* step = report.deciding();
    return {{"schema_version", kAttemptSchemaVersion},
            {"verdict", step == nullptr ? "" : report.exit_code() == ExitCode::ok ? "pass" : step->outcome.result},
            {"exit_code", static_cast<int>(report.exit_code())},
            {"baseline", report.baseline},
            {"candidate", {{"name", report.candidate.name}, {"series", report.candidate.series}, {"patches", report.candidate.patches}}},
            {"steps", std::move(steps)},
            {"next", report.next()},
            {"directory", report.directory},
            {"started_at", report.started_at},
            {"elapsed_s", report.elapsed_s}};
}

}  // namespace diobench
