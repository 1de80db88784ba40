// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/gate_answer.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/text.h"
#include "bench/verdict/judge/metric_words.h"
#include "bench/verdict/judge/where_it_went.h"

namespace diobench {

namespace {

const SelfTest* failed_self_test(const GateReport& report) {
    for (const auto& test : report.self_tests)
        if (test.outcome == SelfTest::Outcome::failed) return &test;
    return nullptr;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string why_invalid(const GateReport& report) {
    if (const SelfTest* failed = failed_self_test(report)) return fmt::format("self-test failed: {}: {}", failed->name, failed->detail);
    if (!report.problems.empty()) return first_line(report.problems.front());
    return "no number to judge in " + causes_of(report, Verdict::invalid).pattern;
}

std::string sentence_of(const GateReport& report) {
    switch (report.verdict) {
    case Verdict::pass: return fmt::format("{} is not worse than {}{}: 0 of {}", report.candidate, report.baseline,
                                           report.selection.empty() ? "" : fmt::format(" where it was judged ({})", report.selection), plural(report.cells.size(), "test"));
    case Verdict::regression: return fmt::format("{} is worse than {} in {}", report.candidate, report.baseline, causes_of(report, report.verdict).pattern);
    case Verdict::inconclusive: return fmt::format("{} against {} is not decided in {}", report.candidate, report.baseline, causes_of(report, report.verdict).pattern);
    case Verdict::invalid: break;
    }
    return fmt::format("{} against {}: {}", report.candidate, report.baseline, why_invalid(report));
}

std::vector<const CellReport*> cells_of(const std::vector<Cause>& causes) {
    std::vector<const CellReport*> out;
    for (const auto& cause : causes) out.insert(out.end(), cause.cells.begin(), cause.cells.end());
    return out;
}

std::string first_function(const GateReport& report, const Cause& cause) {
    const auto functions = where_it_went(report, cause.cells, 1);
    return functions.empty() ? std::string() : functions.front().function;
}

bool has_numbers(const Cause& cause) { return cause.cells.front()->reason.empty(); }

/// Once if every cause leads to the same function.
std::vector<std::string> where_of(const GateReport& report, const std::vector<Cause>& causes) {
    std::vector<Cause> measured;
    std::set<std::string> functions;
    for (const auto& cause : causes) {
        if (!has_numbers(cause)) continue;
        measured.push_back(cause);
        functions.insert(first_function(report, cause));
    }
    if (measured.empty()) return {};
    if (functions.size() == 1) return {where_text(report, cells_of(measured))};
    std::vector<std::string> out;
    for (const auto& cause : causes) out.push_back(has_numbers(cause) ? where_text(report, cause.cells) : std::string());
    return out;
}

std::string better_of(const GateReport& report) {
    const Causes found = causes_of(report, Verdict::pass);
    if (found.rows.empty()) return {};
    return fmt::format("{}; {}", found.pattern, found.rows.front().effect);
}

std::string accepted_of(const GateReport& report) {
    const auto reasons = accepted_reasons(report);
    if (reasons.empty()) return {};
    const auto most = std::max_element(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return fmt::format("{} x {}{}", most->second, most->first, reasons.size() > 1 ? fmt::format("; and {}", plural(reasons.size() - 1, "other reason")) : "");
}

std::vector<std::string> not_checked_of(const GateReport& report) {
    std::vector<std::string> out;
    for (const auto& test : report.self_tests)
        if (test.outcome == SelfTest::Outcome::not_run) out.push_back(fmt::format("{} ({})", test.name, test.detail));
    for (const auto& note : report.notes)
        if (note.starts_with(kNotChecked)) out.push_back(note.substr(kNotChecked.size()));
    return out;
}

std::string evidence_of(const GateReport& report) {
    size_t metrics = 0;
    for (const auto& cell : report.cells) metrics += cell.metrics.size();
    const bool exact = report.machine == "exact";
    std::string out = fmt::format("{} of {}, {} on {}", plural(metrics, "metric"), plural(report.cells.size(), "test"),
                                  exact ? plural(report.seeds.size(), "seed") : plural(report.seeds.size(), "pair") + " of boots", report.machine);
    if (report.confirm_pairs > 0) out += fmt::format(" and {} more to confirm", report.confirm_pairs);
    if (report.disturbed > 0) out += fmt::format("; {} of a disturbed host thrown away", plural(report.disturbed, "pair"));
    return out;
}

}  // namespace

std::map<std::string, size_t> accepted_reasons(const GateReport& report) {
    std::map<std::string, size_t> out;
    for (const auto& cell : report.cells) {
        if (!cell.accepted.empty()) ++out[cell.accepted];
        for (const auto& metric : cell.metrics)
            if (!metric.accepted.empty()) ++out[metric.accepted];
    }
    return out;
}

std::string upper_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

GateAnswer gate_answer(const GateReport& report) {
    GateAnswer out;
    out.headline = sentence_of(report);
    for (auto& cause : deciding_causes(report)) {
        if (cause.verdict == report.verdict) out.causes.push_back(std::move(cause));
        else out.undecided.push_back(fmt::format("{}: {}, {}", verdict_name(cause.verdict), cause.what, cause.effect));
    }
    out.where = where_of(report, out.causes);
    out.better = better_of(report);
    out.accepted = accepted_of(report);
    out.not_checked = not_checked_of(report);
    out.next = report.next;
    out.evidence = evidence_of(report);
    return out;
}

std::string gate_headline(const GateReport& report) { return fmt::format("{}: {}", upper_case(verdict_name(report.verdict)), sentence_of(report)); }

std::string cause_line(const GateReport& report, const Cause& cause) {
    const auto functions = where_it_went(report, cause.cells, 1);
    const bool is_most = !functions.empty() && functions.front().share >= 0.5;
    return fmt::format("{}, {}{}", cause.what, cause.effect, is_most ? fmt::format(", most of it in {}()", functions.front().function) : "");
}

}  // namespace diobench
