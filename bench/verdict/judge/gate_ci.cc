// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/gate_ci.h"

#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/results/export/junit.h"
#include "bench/results/export/markdown.h"
#include "bench/verdict/judge/gate_answer.h"
#include "bench/verdict/judge/where_it_went.h"

namespace diobench {

namespace {

constexpr size_t kAnnotations = 10;  // GitHub keeps ten of a kind a step

constexpr size_t kNamesOfACause = 40;

bool is_error(Verdict verdict) { return verdict == Verdict::regression || verdict == Verdict::invalid; }

/// What, by how much, where it went, and then which cells.
std::string description_of(const GateReport& report, const Cause& cause) {
    return fmt::format("{}\nwhere: {}\n{}", cause_line(report, cause), where_text(report, cause.cells), cell_names(cause, kNamesOfACause));
}

JunitCase junit_of(const GateReport& report, const Cause& cause) {
    return {"gate." + report.candidate, cause.name, 0, is_error(cause.verdict) ? JunitCase::Outcome::failed : JunitCase::Outcome::skipped,
            std::string(verdict_name(cause.verdict)), description_of(report, cause)};
}

/// Of a cell that passes.
JunitCase junit_of(const GateReport& report, const CellReport& cell) {
    JunitCase out{"gate." + report.candidate, cell.cell, 0, JunitCase::Outcome::passed, std::string(verdict_name(cell.verdict)), ""};
    if (!cell.accepted.empty() || cell.metrics.empty()) out.outcome = JunitCase::Outcome::skipped;
    for (const auto& text : {cell.reason, cell.accepted, cell.note})
        if (!text.empty()) out.reason += (out.reason.empty() ? "" : "\n") + text;
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

/// GitLab finds files by their place in the repository; of a policy from elsewhere its name has to do.
std::string path_in_repository(const fs::path& file) {
    const fs::path inside = file.is_absolute() ? file.lexically_relative(project_root()) : file;
    return (inside.empty() || *inside.begin() == ".." ? file.filename() : inside).string();
}

}  // namespace

std::string gate_junit(const GateReport& report) {
    std::vector<JunitCase> cases;
    for (const auto& problem : report.problems)
        cases.push_back({"gate." + report.candidate, "gate", 0, JunitCase::Outcome::failed, "invalid", problem});
    for (const auto& test : report.self_tests) cases.push_back(junit_of(test));
    for (const auto& cause : deciding_causes(report)) cases.push_back(junit_of(report, cause));
    for (const auto& cell : report.cells)
        if (cell.verdict == Verdict::pass) cases.push_back(junit_of(report, cell));
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
    for (const auto& cause : deciding_causes(report)) {
        const bool error = is_error(cause.verdict);
        if (++(error ? errors : warnings) > kAnnotations) continue;
        out += command(error ? "error" : "warning", fmt::format("{}: {}", verdict_name(cause.verdict), cause.what), cause_line(report, cause));
    }
    return out;
}

std::string github_step_summary(const GateReport& report) {
    std::string out = fmt::format("## diobench gate: {}\n\n{}\n\n", verdict_name(report.verdict), escape_markdown(gate_headline(report)));
    for (const auto& problem : report.problems) out += fmt::format("* {}\n", escape_markdown(problem));
    for (const auto& test : report.self_tests)
        if (test.outcome != SelfTest::Outcome::passed) out += fmt::format("* self-test {}: {}\n", escape_markdown(test.name), escape_markdown(test.detail));
    const auto causes = deciding_causes(report);
    if (!causes.empty()) out += "\n| verdict | tests | by how much | where |\n|---|---|---|---|\n";
    for (const auto& cause : causes)
        out += fmt::format("| {} | {} | {} | {} |\n", verdict_name(cause.verdict), escape_markdown(cause.what), escape_markdown(cause.effect),
                           escape_markdown(where_text(report, cause.cells)));
    if (!report.next.empty()) out += fmt::format("\nNext: `{}`\n", report.next);
    return out;
}

nlohmann::ordered_json gitlab_code_quality(const GateReport& report) {
    using Json = nlohmann::ordered_json;
    Json out = Json::array();
    const std::string path = path_in_repository(report.policy_file);
    auto add = [&](const std::string& check, const std::string& key, std::string_view severity, const std::string& text, int64_t line) {
        out.push_back({{"description", text},
                       {"check_name", check},
                       {"fingerprint", sha256_hex(key)},
                       {"severity", severity},
                       {"location", {{"path", path}, {"lines", {{"begin", line}}}}}});
    };
    for (const auto& problem : report.problems) add("diobench/gate", "problem " + problem, "blocker", problem, 1);
    for (const auto& test : report.self_tests)
        if (test.outcome == SelfTest::Outcome::failed) add("diobench/self-test", "self-test " + test.name, "blocker", test.name + ": " + test.detail, 1);
    for (const auto& cause : deciding_causes(report))
        add(fmt::format("diobench/{}", verdict_name(cause.verdict)), fmt::format("{} {} {}", verdict_name(cause.verdict), cause.cells.front()->reason.empty(), cause.key),
            cause.verdict == Verdict::invalid ? "blocker" : cause.verdict == Verdict::regression ? "major" : "info",
            fmt::format("{}: {}", verdict_name(cause.verdict), cause_line(report, cause)), cause.policy_line);
    return out;
}

}  // namespace diobench
