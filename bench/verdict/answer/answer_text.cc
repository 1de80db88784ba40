// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/answer/answer_text.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/host/verify/reproducer.h"
#include "bench/verdict/judge/gate_answer.h"
#include "bench/verdict/judge/metric_words.h"

namespace diobench {

namespace {

/// Reads whose numbers stand in the answer, if the gate has them: the first cell of each.
struct HeadlineRead {
    std::string_view glob;
    std::string_view name;
};
constexpr HeadlineRead kHeadlineReads[] = {
    {"*/fscache/*/local/direct/random/4k/*", "random 4k, direct, blob in the cache"},
    {"*/fscache/*/local/direct/sequential/128k/*", "sequential 128k, direct, the same"},
    {"*/fscache/*/local/buffered/random/4k/*", "random 4k, buffered, the same"},
    {"*/fscache/*/remote/direct/*", "direct, fetched on demand"},
    {"*/fscache/*/remote/buffered/*", "buffered, fetched on demand"},
};
constexpr std::string_view kHeadlineMetric = "latency_ns.mean";

const MetricReport* headline_metric(const CellReport& cell) {
    for (const auto& metric : cell.metrics)
        if (metric.metric != nullptr && metric.metric->name == kHeadlineMetric) return &metric;
    return nullptr;
}

std::string number_rows(const GateReport& gate) {
    std::string out;
    for (const auto& read : kHeadlineReads) {
        const auto cell = std::find_if(gate.cells.begin(), gate.cells.end(), [&](const CellReport& one) { return match_glob(read.glob, one.cell) && headline_metric(one) != nullptr; });
        if (cell == gate.cells.end()) continue;
        const MetricReport& metric = *headline_metric(*cell);
        out += fmt::format("  {:<37} {:>10} {:>10} {:>9}\n", read.name, value_text(*metric.metric, metric.paired.baseline), value_text(*metric.metric, metric.paired.candidate), how_much(metric));
    }
    if (out.empty()) return {};
    return fmt::format("Mean latency of a read, {} and {}:\n{}", gate.baseline, gate.candidate, out);
}

std::string gate_part(const GateReport& gate) {
    const GateAnswer answer = gate_answer(gate);
    std::string out = gate_headline(gate) + "\n";
    constexpr size_t kMostCauses = 4;
    for (size_t i = 0; i < std::min(kMostCauses, answer.causes.size()); ++i) out += "  * " + cause_line(gate, answer.causes[i]) + "\n";
    if (answer.causes.size() > kMostCauses) out += fmt::format("  and {} more\n", answer.causes.size() - kMostCauses);
    if (!answer.better.empty()) out += "Better: " + answer.better + "\n";
    if (const std::string rows = number_rows(gate); !rows.empty()) out += "\n" + rows;
    return out + "\n";
}

std::string patch_count(size_t count) { return fmt::format("{} patch{}", count, count == 1 ? "" : "es"); }

std::string indented(std::string_view text) {
    std::string out;
    for (const auto& line : split(trim(text), '\n')) out += line.empty() ? "\n" : "  " + line + "\n";
    return out;
}

std::string steps_part(const SeriesAnswer& answer) {
    std::string out;
    for (const auto& step : answer.attempt.steps) out += fmt::format("  {:<7} {}: {}\n", step.name, step.outcome.result, step.outcome.sentence);
    return out + "\n";
}

/// What a step that is not ok says, and for a wrong read how to see it.
std::string wrong_part(const SeriesAnswer& answer) {
    const AttemptStep* step = answer.attempt.deciding();
    if (step == nullptr || step->outcome.code == ExitCode::ok || step->name == "gate" || step->outcome.detail.empty()) return {};
    std::string out = "What is wrong:\n" + indented(step->outcome.detail);
    if (!answer.first_failed.empty() && find_reproducer(answer.first_failed))
        out += fmt::format("\nA folder that shows the first in QEMU, without diobench, from the thread saved as t.mbox:\n  diobench kernel add {0} t.mbox{1}\n  diobench verify {0} --reproduce {2}\n",
                           answer.attempt.candidate.name, answer.attempt.baseline == "base" ? "" : " --on " + answer.attempt.baseline, answer.first_failed);
    return out + "\n";
}

std::string tool(const SeriesAnswer& answer, const std::string& name) {
    const auto found = answer.tools.find(name);
    return found == answer.tools.end() ? "unknown" : found->second;
}

std::string conditions_part(const SeriesAnswer& answer) {
    std::string out = "Conditions: ";
    const auto& gate = answer.against_base ? answer.against_base : answer.against_before;
    if (gate)
        out += fmt::format("times are modelled, 1 instruction = 1 ns on an emulated machine with simulated devices; suite {}, {} seeds, {}. Nothing is in them of "
                           "processor caches, memory bandwidth and contention. ", gate->suite, gate->seeds.size(), gate_answer(*gate).evidence);
    return out + fmt::format("diobench {} ({}), {}, {}.\n", tool(answer, "version"), tool(answer, "git"), tool(answer, "qemu"), tool(answer, "compiler"));
}

std::string repeat_part(const SeriesAnswer& answer) {
    std::string out = fmt::format("To repeat it, with the thread saved as t.mbox:\n  diobench try t.mbox --on {}\n", answer.attempt.baseline);
    if (answer.against_before) out += fmt::format("  diobench gate --baseline {} --candidate {}\n", answer.before, answer.attempt.candidate.name);
    return out;
}

}  // namespace

ExitCode SeriesAnswer::exit_code() const {
    const ExitCode alone = attempt.exit_code();
    return against_before && badness(against_before->exit_code) > badness(alone) ? against_before->exit_code : alone;
}

std::string SeriesAnswer::verdict() const {
    if (exit_code() == ExitCode::ok) return "pass";
    const AttemptStep* step = attempt.deciding();
    if (against_before && badness(against_before->exit_code) > badness(attempt.exit_code())) return std::string(verdict_name(against_before->verdict));
    return step == nullptr ? "invalid" : step->outcome.result;
}

std::string answer_text(const SeriesAnswer& answer) {
    const AttemptStep* step = answer.attempt.deciding();
    std::string sentence = step == nullptr ? "" : step->outcome.sentence;
    if (answer.verdict() != "pass" && answer.against_before && answer.attempt.exit_code() == ExitCode::ok) sentence = gate_answer(*answer.against_before).headline;
    std::string out = fmt::format("{}: {}\n\n", upper_case(answer.verdict()), sentence);
    out += fmt::format("diobench took {} from this thread and did without anybody's help:\n", patch_count(answer.attempt.candidate.patches == 0 ? answer.patches.size() : answer.attempt.candidate.patches));
    out += steps_part(answer) + wrong_part(answer);
    if (answer.against_base) out += fmt::format("Against {}:\n", answer.against_base->baseline) + gate_part(*answer.against_base);
    if (answer.against_before) out += fmt::format("Against the version before, {}:\n", answer.before) + gate_part(*answer.against_before);
    if (!answer.not_against_before.empty()) out += fmt::format("Not held against the version before, {}: {}\n\n", answer.before, answer.not_against_before);
    if (!answer.notes.empty()) out += "Of the thread:\n" + indented(join(answer.notes, "\n")) + "\n";
    return out + repeat_part(answer) + "\n" + conditions_part(answer);
}

}  // namespace diobench
