// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/bisect_text.h"

#include <cctype>
#include <fmt/format.h>

#include "bench/verdict/bisect/nearer_end.h"
#include "bench/verdict/judge/gate_answer.h"
#include "bench/verdict/judge/metric_words.h"

namespace diobench {

namespace {

std::string_view side_text(StateSide side) {
    switch (side) {
    case StateSide::baseline: return "as the baseline";
    case StateSide::candidate: return "as the candidate";
    case StateSide::unknown: break;
    }
    return "unknown";
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

/// Before, after and both ends, of the patch that was found.
std::string values_text(const BisectReport& report) {
    const Followed& followed = *report.followed;
    const StateReading& before = report.find_step(report.last_as_baseline)->reading;
    const StateReading& after = report.find_step(report.first_as_candidate)->reading;
    const StateReading& baseline = report.steps[0].reading;
    const StateReading& candidate = report.steps[1].reading;
    std::string out = fmt::format("  before it {}, with it {}", reading_text(before, followed), reading_text(after, followed));
    if (followed.watched.metric != nullptr && before.value != 0) out += fmt::format(" ({:+.3f} %)", (after.value / before.value - 1) * 100);
    out += fmt::format("\n  {} {}, {} {}", report.baseline, reading_text(baseline, followed), report.candidate, reading_text(candidate, followed));
    if (followed.watched.metric != nullptr)
        out += fmt::format("; {:.1f} % of that difference", share_of_difference(before.value, after.value, {baseline.value, candidate.value}) * 100);
    return out + "\n";
}

std::string range_text(const BisectReport& report) {
    std::string out;
    for (size_t number = report.last_as_baseline + 1; number <= report.first_as_candidate; ++number)
        out += fmt::format("  {:>4}  {}\n", number, patch_text(report.patches[number - 1]));
    return out;
}

std::string steps_text(const BisectReport& report) {
    std::string out = fmt::format("\n  {:<5} {:<50} {:>16}  {}\n", "step", "state", "value", "it is");
    for (size_t i = 0; i < report.steps.size(); ++i) {
        const BisectStep& step = report.steps[i];
        const bool is_end = step.state == 0 || step.state == report.patches.size();
        out += fmt::format("  {:<5} {:<50} {:>16}  {}{}\n", is_end ? "end" : std::to_string(i - 1), step.name, reading_text(step.reading, *report.followed), side_text(step.side),
                           step.remark.empty() ? "" : ": " + step.remark);
    }
    return out;
}

}  // namespace

std::string followed_name(const Followed& followed) { return followed.watched.metric != nullptr ? std::string(followed.watched.metric->name) : "the way of reading"; }

std::string reading_text(const StateReading& reading, const Followed& followed) {
    if (!reading.known()) return "-";
    return followed.watched.metric != nullptr ? value_text(*followed.watched.metric, reading.value) : reading.way;
}

std::string step_text(const BisectStep& step, const Followed& followed) {
    if (!step.reading.known()) return fmt::format("skipped: {}", step.remark);
    return fmt::format("{}: {}", reading_text(step.reading, followed), step.remark.empty() ? std::string(side_text(step.side)) : step.remark);
}

std::string patch_text(const WalkedPatch& patch) {
    return fmt::format("\"{}\" ({})", patch.subject, patch.commit.empty() ? patch.file.filename().string() : "commit " + patch.commit);
}

std::string bisect_text(const BisectReport& report) {
    std::string out = fmt::format("{}: {}\n", upper(outcome_name(report.outcome)), report.sentence);
    if (report.outcome == BisectOutcome::found) out += values_text(report);
    if (report.outcome == BisectOutcome::range) out += range_text(report);
    if (report.followed)
        out += fmt::format("  followed: {} of {}, with seeds {}\n", followed_name(*report.followed), report.followed->watched.cell, fmt::join(report.seeds, ", "));
    if (!report.steps.empty()) out += steps_text(report);
    out += "\n";
    if (!report.gate_headline.empty()) out += fmt::format("the ends: {}\n", report.gate_headline);
    for (const auto& note : report.notes) out += note + "\n";
    return out + fmt::format("{:.0f} s\n{}\n", report.elapsed_s, report.directory);
}

}  // namespace diobench
