// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/gate_ci.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/results/export/junit.h"
#include "bench/verdict/judge/deciding_lines.h"
#include "bench/verdict/judge/gate_text.h"

namespace diobench {

namespace {

constexpr size_t kAnnotations = 10;  // GitHub keeps ten of a kind a step
constexpr size_t kSummaryRows = 40;

bool is_error(Verdict verdict) { return verdict == Verdict::regression || verdict == Verdict::invalid; }
Verdict verdict_of(const DecidingLine& line) { return line.metric != nullptr ? line.metric->verdict : line.cell->verdict; }

/// "latency_ns.mean 8123.4 ns -> 8541.0 ns (+5.14 %, 3 of 3 seeds, ...)" or the cell's own reason.
std::string sentence_of(const DecidingLine& line, size_t pairs) {
    if (line.metric == nullptr) return line.cell->reason;
    const MetricReport& metric = *line.metric;
    if (metric.verdict == Verdict::invalid) return fmt::format("{}: {}", metric.metric->name, metric.reason);
    return fmt::format("{} {} -> {} ({}, {})", metric.metric->name, value_text(*metric.metric, metric.paired.baseline),
                       value_text(*metric.metric, metric.paired.candidate), how_much(metric), how_sure(metric, pairs));
}

JunitCase junit_of(const CellReport& cell, const GateReport& report) {
    JunitCase out{"gate." + report.candidate, cell.cell, 0, JunitCase::Outcome::passed, std::string(verdict_name(cell.verdict)), ""};
    if (is_error(cell.verdict)) out.outcome = JunitCase::Outcome::failed;
    else if (cell.verdict == Verdict::inconclusive || !cell.accepted.empty() || cell.metrics.empty()) out.outcome = JunitCase::Outcome::skipped;
    for (const auto& text : {cell.reason, cell.accepted, cell.note})
        if (!text.empty()) out.reason += (out.reason.empty() ? "" : "\n") + text;
    for (const auto& metric : cell.metrics)
        if (metric.verdict != Verdict::pass) out.reason += (out.reason.empty() ? "" : "\n") + sentence_of({&cell, &metric}, report.seeds.size());
    return out;
}

JunitCase junit_of(const SelfTest& test) {
    JunitCase out{"gate.self-test", test.name, 0, JunitCase::Outcome::passed, "self-test", test.detail};
    if (test.outcome == SelfTest::Outcome::failed) out.outcome = JunitCase::Outcome::failed;
    if (test.outcome == SelfTest::Outcome::not_run) out.outcome = JunitCase::Outcome::skipped;
    return out;
}

/// What a workflow command cannot hold as it is.
std::string escape_command(std::string_view text, std::string_view also) {
    std::string out;
    for (char c : text) {
        if (c == '%' || c == '\r' || c == '\n' || also.find(c) != std::string_view::npos) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        else out += c;
    }
    return out;
}

std::string command(std::string_view kind, std::string_view title, std::string_view message) {
    return fmt::format("::{} title={}::{}\n", kind, escape_command(title, ":,"), escape_command(message, ""));
}

std::string escape_markdown(std::string_view text) {
    std::string out;
    for (char c : text) out += c == '|' ? "\\|" : c == '\n' ? " " : c == '<' ? "&lt;" : std::string(1, c);
    return out;
}

}  // namespace

std::string gate_junit(const GateReport& report) {
    std::vector<JunitCase> cases;
    for (const auto& problem : report.problems)
        cases.push_back({"gate." + report.candidate, "gate", 0, JunitCase::Outcome::failed, "invalid", problem});
    for (const auto& test : report.self_tests) cases.push_back(junit_of(test));
    for (const auto& cell : report.cells) cases.push_back(junit_of(cell, report));
    return junit_document({fmt::format("diobench.gate.{}.{}", report.suite, report.machine), fmt::format("{}..{}", report.baseline, report.candidate),
                           report.started_at, report.elapsed_s}, cases);
}

std::string github_annotations(const GateReport& report) {
    const std::string title = fmt::format("diobench gate: {}", verdict_name(report.verdict));
    if (report.verdict == Verdict::pass) return command("notice", title, gate_headline(report));
    std::string out = command(is_error(report.verdict) ? "error" : "warning", title, gate_headline(report));
    for (const auto& problem : report.problems) out += command("error", "diobench gate: invalid", problem);
    for (const auto& test : report.self_tests)
        if (test.outcome == SelfTest::Outcome::failed) out += command("error", "diobench gate: self-test failed", test.name + ": " + test.detail);
    size_t errors = 1;
    size_t warnings = 0;
    for (const auto& line : deciding_lines(report)) {
        const bool error = is_error(verdict_of(line));
        if (++(error ? errors : warnings) > kAnnotations) continue;
        out += command(error ? "error" : "warning", fmt::format("{}: {}", verdict_name(verdict_of(line)), line.cell->cell), sentence_of(line, report.seeds.size()));
    }
    return out;
}

std::string github_step_summary(const GateReport& report) {
    std::string out = fmt::format("## diobench gate: {}\n\n{}\n\n", verdict_name(report.verdict), escape_markdown(gate_headline(report)));
    for (const auto& problem : report.problems) out += fmt::format("* {}\n", escape_markdown(problem));
    for (const auto& test : report.self_tests)
        if (test.outcome != SelfTest::Outcome::passed) out += fmt::format("* self-test {}: {}\n", escape_markdown(test.name), escape_markdown(test.detail));
    const auto lines = deciding_lines(report);
    if (lines.empty()) return out;
    out += "\n| verdict | cell | finding |\n|---|---|---|\n";
    for (size_t i = 0; i < lines.size() && i < kSummaryRows; ++i)
        out += fmt::format("| {} | `{}` | {} |\n", verdict_name(verdict_of(lines[i])), lines[i].cell->cell, escape_markdown(sentence_of(lines[i], report.seeds.size())));
    if (lines.size() > kSummaryRows) out += fmt::format("\n{} more in gate.json\n", lines.size() - kSummaryRows);
    return out;
}

nlohmann::ordered_json gitlab_code_quality(const GateReport& report) {
    using Json = nlohmann::ordered_json;
    Json out = Json::array();
    auto add = [&](const std::string& check, const std::string& key, std::string_view severity, const std::string& text, int64_t line) {
        out.push_back({{"description", text},
                       {"check_name", check},
                       {"fingerprint", sha256_hex(key)},
                       {"severity", severity},
                       {"location", {{"path", report.policy_file}, {"lines", {{"begin", line}}}}}});
    };
    for (const auto& problem : report.problems) add("diobench/gate", "problem " + problem, "blocker", problem, 1);
    for (const auto& test : report.self_tests)
        if (test.outcome == SelfTest::Outcome::failed) add("diobench/self-test", "self-test " + test.name, "blocker", test.name + ": " + test.detail, 1);
    for (const auto& line : deciding_lines(report)) {
        const std::string metric = line.metric != nullptr ? std::string(line.metric->metric->name) : "cell";
        const Verdict verdict = verdict_of(line);
        add("diobench/" + metric, line.cell->cell + " " + metric, verdict == Verdict::invalid ? "blocker" : verdict == Verdict::regression ? "major" : "info",
            fmt::format("{}: {}: {}", verdict_name(verdict), line.cell->cell, sentence_of(line, report.seeds.size())), line.metric != nullptr ? line.metric->policy_line : 1);
    }
    return out;
}

}  // namespace diobench
