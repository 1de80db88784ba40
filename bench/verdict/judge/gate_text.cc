// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/gate_text.h"

#include <fmt/format.h>

#include "bench/common/base/terminal.h"
#include "bench/verdict/judge/gate_answer.h"

namespace diobench {

namespace {

constexpr size_t kProblemLines = 3;
constexpr size_t kUndecidedLines = 2;
constexpr size_t kNotCheckedLines = 2;

Colour colour_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::pass: return Colour::green;
    case Verdict::inconclusive: return Colour::yellow;
    case Verdict::regression:
    case Verdict::invalid: break;
    }
    return Colour::red;
}

class Lines {
public:
    void add(std::string_view name, std::string_view text) {
        if (!text.empty()) out_ += fmt::format("  {:<13}{}\n", fmt::format("{}:", name), text);
    }
    /// The first `most`, and how many more there are.
    void add(std::string_view name, const std::vector<std::string>& texts, size_t most) {
        for (size_t i = 0; i < texts.size() && i < most; ++i)
            add(name, i + 1 == most && texts.size() > most ? fmt::format("{}; and {} more (--all)", texts[i], texts.size() - most) : texts[i]);
    }
    [[nodiscard]] const std::string& text() const { return out_; }

private:
    std::string out_;
};

std::string_view name_of_causes(Verdict verdict) {
    switch (verdict) {
    case Verdict::regression: return "worse";
    case Verdict::inconclusive: return "undecided";
    case Verdict::invalid:
    case Verdict::pass: break;
    }
    return "no number";
}

/// What makes the whole gate invalid, but for what the headline has said.
std::vector<std::string> other_problems(const GateReport& report, const std::string& headline) {
    std::vector<std::string> out;
    for (const auto& problem : report.problems)
        if (headline.find(problem) == std::string::npos) out.push_back(problem);
    return out;
}

/// What the one kind of read is has just been said.
void add_causes(const GateAnswer& answer, Lines& lines) {
    for (size_t i = 0; i < answer.causes.size(); ++i) {
        const Cause& cause = answer.causes[i];
        lines.add(name_of_causes(cause.verdict), answer.causes.size() == 1 ? cause.effect : fmt::format("{}, {}", cause.what, cause.effect));
        if (answer.where.size() > 1) lines.add("  where", answer.where[i]);
    }
    if (answer.where.size() == 1) lines.add("where", answer.where.front());
}

}  // namespace

std::string gate_text(const GateReport& report, GateInk ink) {
    const GateAnswer answer = gate_answer(report);
    const std::string headline = gate_headline(report);
    Lines lines;
    lines.add("problem", other_problems(report, headline), kProblemLines);
    add_causes(answer, lines);
    lines.add("besides", answer.undecided, kUndecidedLines);
    lines.add("better", answer.better);
    lines.add("accepted", answer.accepted);
    lines.add("not checked", answer.not_checked, kNotCheckedLines);
    lines.add("next", answer.next);
    lines.add(report.page.empty() ? "files" : "report", report.page.empty() ? report.directory : report.page);
    lines.add("time", fmt::format("{:.0f} s: {}", report.elapsed_s, answer.evidence));
    return (ink == GateInk::plain ? headline : coloured(headline, colour_of(report.verdict))) + "\n" + lines.text();
}

}  // namespace diobench
