// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "bench/common/base/terminal.h"
#include "bench/verdict/judge/deciding_lines.h"
#include "bench/verdict/judge/gate_answer.h"
#include "bench/verdict/judge/gate_text.h"
#include "bench/verdict/judge/metric_words.h"

namespace diobench {

namespace {

constexpr size_t kFunctions = 8;

class Table {
public:
    Table(const GateReport& report, GateInk ink) : report_(report), ink_(ink) {}

    std::string write() {
        write_deciding();
        write_better();
        write_accepted();
        write_foot();
        return std::move(out_);
    }

private:
    void write_metric(const MetricReport& metric) {
        const auto& paired = metric.paired;
        out_ += fmt::format("    {:<34} {:>14} -> {:>14}  {:>12}  {}\n", metric.metric->name, value_text(*metric.metric, paired.baseline),
                            value_text(*metric.metric, paired.candidate), how_much(metric), how_sure(metric, report_.seeds.size()));
    }

    void write_cell(const CellReport& cell, const std::vector<const MetricReport*>& metrics) {
        out_ += fmt::format("\n  {:<12} {}\n", verdict_name(cell.verdict), ink_ == GateInk::plain ? cell.cell : coloured(cell.cell, Colour::bold));
        if (!cell.reason.empty()) out_ += fmt::format("    {}\n", cell.reason);
        for (const auto* metric : metrics) write_metric(*metric);
        write_attribution(cell.cell);
    }

    void write_attribution(const std::string& cell) {
        const auto functions = leading_functions(report_, cell, kFunctions);
        if (functions.empty()) return;
        out_ += fmt::format("    {:<44} {:>12} {:>12} {:>12} {:>8}\n", "in kernel function (instructions a read)", report_.baseline.substr(0, 12),
                            report_.candidate.substr(0, 12), "difference", "share");
        for (const auto& f : functions)
            out_ += fmt::format("      {:<42} {:>12.1f} {:>12.1f} {:>+12.1f} {:>6.1f} %\n", f.function + (f.in_patches ? " *" : ""), f.baseline_per_op,
                                f.candidate_per_op, f.candidate_per_op - f.baseline_per_op, f.share * 100);
        if (std::any_of(functions.begin(), functions.end(), [](const auto& f) { return f.in_patches; })) out_ += "      * touched by the patches\n";
    }

    /// Cells in the order of their largest difference in time, each with all its lines.
    void write_deciding() {
        std::vector<const CellReport*> order;
        std::map<const CellReport*, std::vector<const MetricReport*>> metrics;
        for (const auto& line : deciding_lines(report_)) {
            if (!metrics.contains(line.cell)) order.push_back(line.cell);
            auto& own = metrics[line.cell];
            if (line.metric != nullptr) own.push_back(line.metric);
        }
        for (const auto* cell : order) write_cell(*cell, metrics[cell]);
    }

    void write_better() {
        const auto lines = better_lines(report_);
        if (!lines.empty()) out_ += "\nBetter:\n";
        for (const auto& line : lines)
            out_ += fmt::format("  {} {}: {} -> {} ({})\n", line.cell->cell, line.metric->metric->name, value_text(*line.metric->metric, line.metric->paired.baseline),
                                value_text(*line.metric->metric, line.metric->paired.candidate), how_much(*line.metric));
    }

    void write_accepted() {
        const auto accepted = accepted_reasons(report_);
        if (accepted.empty()) return;
        out_ += "\nAccepted by policy:\n";
        for (const auto& [sentence, count] : accepted) out_ += fmt::format("  {} x {}\n", count, sentence);
    }

    void write_foot() {
        std::map<std::string, size_t> notes;
        for (const auto& cell : report_.cells)
            if (!cell.note.empty()) ++notes[cell.note];
        out_ += "\n";
        for (const auto& [note, count] : notes) out_ += fmt::format("{}: {}\n", plural(count, "test"), note);
        for (const auto& note : report_.notes) out_ += note + "\n";
        for (const auto& test : report_.self_tests)
            if (test.outcome != SelfTest::Outcome::failed)
                out_ += fmt::format("self-test: {}: {}{}\n", test.name, test.outcome == SelfTest::Outcome::not_run ? "NOT RUN: " : "", test.detail);
        out_ += fmt::format("policy {}; {} judged, {} outside the policy\n", report_.policy_file, plural(report_.cells.size(), "test"), report_.cells_that_do_not_gate);
    }

    const GateReport& report_;
    GateInk ink_;
    std::string out_;
};

}  // namespace

std::string gate_table(const GateReport& report, GateInk ink) { return Table(report, ink).write(); }

}  // namespace diobench
