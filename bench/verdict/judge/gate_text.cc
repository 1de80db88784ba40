// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/gate_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>

#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/verdict/judge/deciding_lines.h"

namespace diobench {

namespace {

constexpr size_t kDecidingCells = 8;   ///< shown whole; the rest is counted
constexpr size_t kMetricsOfACell = 6;
constexpr size_t kBetterLines = 5;
constexpr size_t kFunctions = 8;

Colour colour_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::pass: return Colour::green;
    case Verdict::inconclusive: return Colour::yellow;
    case Verdict::regression:
    case Verdict::invalid: break;
    }
    return Colour::red;
}

std::string plural(size_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::string percent(double share) {
    const double value = share * 100;
    if (std::isinf(value)) return value > 0 ? "from nothing" : "to nothing";
    return std::abs(value) < 0.1 ? fmt::format("{:+.4f} %", value) : std::abs(value) < 10 ? fmt::format("{:+.2f} %", value) : fmt::format("{:+.1f} %", value);
}

class Writer {
public:
    Writer(const GateReport& report, GateInk ink) : report_(report), ink_(ink) {}

    std::string write() {
        out_ += paint(gate_headline(report_), colour_of(report_.verdict)) + "\n";
        for (const auto& problem : report_.problems) out_ += "  " + paint(problem, Colour::red) + "\n";
        for (const auto& test : report_.self_tests)
            if (test.outcome == SelfTest::Outcome::failed) out_ += "  " + paint(fmt::format("self-test failed: {}: {}", test.name, test.detail), Colour::red) + "\n";
        write_deciding();
        write_better();
        write_accepted();
        write_foot();
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string paint(std::string_view text, Colour colour) const {
        return ink_ == GateInk::plain ? std::string(text) : coloured(text, colour);
    }

    void write_metric(const MetricReport& metric) {
        const auto& paired = metric.paired;
        out_ += fmt::format("    {:<34} {:>14} -> {:>14}  {:>12}  {}\n", metric.metric->name, value_text(*metric.metric, paired.baseline),
                            value_text(*metric.metric, paired.candidate), how_much(metric), how_sure(metric, report_.seeds.size()));
    }

    void write_cell(const CellReport& cell, const std::vector<const MetricReport*>& metrics) {
        out_ += fmt::format("\n  {} {}\n", paint(fmt::format("{:<12}", verdict_name(cell.verdict)), colour_of(cell.verdict)), paint(cell.cell, Colour::bold));
        if (!cell.reason.empty()) out_ += fmt::format("    {}\n", cell.reason);
        for (size_t i = 0; i < metrics.size() && i < kMetricsOfACell; ++i) write_metric(*metrics[i]);
        if (metrics.size() > kMetricsOfACell) out_ += fmt::format("    and {} more\n", plural(metrics.size() - kMetricsOfACell, "metric"));
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

    /// Cells in the order of their largest difference, each with all its lines.
    void write_deciding() {
        std::vector<const CellReport*> order;
        std::map<const CellReport*, std::vector<const MetricReport*>> metrics;
        for (const auto& line : deciding_lines(report_)) {
            if (!metrics.contains(line.cell)) order.push_back(line.cell);
            auto& own = metrics[line.cell];
            if (line.metric != nullptr) own.push_back(line.metric);
        }
        for (size_t i = 0; i < order.size() && i < kDecidingCells; ++i) write_cell(*order[i], metrics[order[i]]);
        if (order.size() > kDecidingCells) out_ += fmt::format("\n  and {}, all in gate.json\n", plural(order.size() - kDecidingCells, "more cell"));
    }

    void write_better() {
        const auto lines = better_lines(report_);
        if (lines.empty()) return;
        std::set<const CellReport*> cells;
        for (const auto& line : lines) cells.insert(line.cell);
        out_ += fmt::format("\nBetter: {} of {}; the largest:\n", plural(lines.size(), "metric"), plural(cells.size(), "cell"));
        for (size_t i = 0; i < lines.size() && i < kBetterLines; ++i)
            out_ += fmt::format("  {} {}: {} -> {} ({})\n", lines[i].cell->cell, lines[i].metric->metric->name,
                                value_text(*lines[i].metric->metric, lines[i].metric->paired.baseline),
                                value_text(*lines[i].metric->metric, lines[i].metric->paired.candidate), how_much(*lines[i].metric));
    }

    void write_accepted() {
        std::map<std::string, size_t> accepted;
        for (const auto& cell : report_.cells) {
            if (!cell.accepted.empty()) ++accepted[cell.accepted];
            for (const auto& metric : cell.metrics)
                if (!metric.accepted.empty()) ++accepted[metric.accepted];
        }
        if (accepted.empty()) return;
        out_ += "\nAccepted by policy:\n";
        for (const auto& [sentence, count] : accepted) out_ += fmt::format("  {} x {}\n", count, sentence);
    }

    void write_foot() {
        std::map<std::string, size_t> notes;
        for (const auto& cell : report_.cells)
            if (!cell.note.empty()) ++notes[cell.note];
        out_ += "\n";
        for (const auto& [note, count] : notes) out_ += fmt::format("{}: {}\n", plural(count, "cell"), note);
        for (const auto& note : report_.notes) out_ += note + "\n";
        for (const auto& test : report_.self_tests)
            if (test.outcome != SelfTest::Outcome::failed)
                out_ += fmt::format("self-test: {}: {}{}\n", test.name, test.outcome == SelfTest::Outcome::not_run ? "NOT RUN: " : "", test.detail);
        out_ += fmt::format("policy {}; {} judged, {} outside the policy; {:.0f} s\n", report_.policy_file, plural(report_.cells.size(), "cell"),
                            report_.cells_that_do_not_gate, report_.elapsed_s);
        if (!report_.directory.empty()) out_ += report_.directory + "\n";
    }

    const GateReport& report_;
    GateInk ink_;
    std::string out_;
};

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

}  // namespace

std::string value_text(const Metric& metric, double value) {
    if (metric.unit == "ns") return std::abs(value) < 1e5 ? fmt::format("{:.1f} ns", value) : fmt::format("{:.2f} us", value / 1e3);
    if (metric.unit == "s") return fmt::format("{:.6f} s", value);
    if (metric.unit == "bytes") return std::abs(value) < 1e6 ? fmt::format("{:.0f} B", value) : fmt::format("{:.3f} MiB", value / (1024.0 * 1024.0));
    if (metric.unit == "bytes_per_s") return fmt::format("{:.2f} MiB/s", value / (1024.0 * 1024.0));
    if (metric.unit == "ops_per_s") return fmt::format("{:.1f} /s", value);
    if (metric.unit == "ratio") return fmt::format("{:.4f}", value);
    if (metric.unit == "instructions") return fmt::format("{:.1f} instructions", value);
    if (metric.unit == "per_op") return fmt::format("{:.3f} a read", value);
    return fmt::format("{:.0f}", value);
}

std::string how_much(const MetricReport& metric) {
    if (metric.wall) return percent(std::expm1(metric.wall->shift.value));
    if (metric.verdict == Verdict::invalid) return "-";
    return percent(metric.paired.relative);
}

std::string how_sure(const MetricReport& metric, size_t pairs) {
    if (metric.verdict == Verdict::invalid || metric.wall) return metric.reason;
    if (metric.verdict == Verdict::pass && !metric.paired.better) return {};
    const auto& differences = metric.paired.differences;
    const auto [low, high] = std::minmax_element(differences.begin(), differences.end());
    const double base = std::abs(metric.paired.baseline);
    std::string range = *low == *high ? "all alike" : base > 0 ? fmt::format("{} to {}", percent(*low / base), percent(*high / base))
                                                                : fmt::format("{:+g} to {:+g}", *low, *high);
    if (metric.floor_of != nullptr) range += fmt::format(", {} of {}", percent(metric.paired.relative * metric.part), metric.floor_of->name);
    return metric.verdict == Verdict::pass ? fmt::format("{} seeds, {}", pairs, range) : fmt::format("{} of {} seeds, {}", metric.paired.beyond, pairs, range);
}

std::string gate_headline(const GateReport& report) {
    size_t metrics = 0;
    std::array<size_t, 4> of_verdict{};
    std::array<std::set<const CellReport*>, 4> cells_of;
    for (const auto& cell : report.cells) {
        metrics += cell.metrics.size();
        if (!cell.reason.empty()) {
            cells_of[static_cast<size_t>(cell.verdict)].insert(&cell);
        }
        for (const auto& metric : cell.metrics) {
            ++of_verdict[static_cast<size_t>(metric.verdict)];
            cells_of[static_cast<size_t>(metric.verdict)].insert(&cell);
        }
    }
    const auto index = static_cast<size_t>(report.verdict);
    std::string evidence = fmt::format("{} of {} judged on {} with {} {}", plural(metrics, "metric"), plural(report.cells.size(), "cell"), report.machine,
                                       report.seeds.size(), report.machine == "exact" ? (report.seeds.size() == 1 ? "seed" : "seeds") : "pairs of boots");
    if (report.confirm_pairs > 0) evidence += fmt::format(" and {} more to confirm", report.confirm_pairs);
    std::string what;
    switch (report.verdict) {
    case Verdict::pass: what = fmt::format("{} is not worse than {}", report.candidate, report.baseline); break;
    case Verdict::regression:
        what = fmt::format("{} is worse than {} in {} ({})", report.candidate, report.baseline, plural(cells_of[index].size(), "cell"), plural(of_verdict[index], "metric"));
        break;
    case Verdict::inconclusive:
        what = fmt::format("{} against {}: {} of {} could not be decided", report.candidate, report.baseline, plural(of_verdict[index], "metric"),
                           plural(cells_of[index].size(), "cell"));
        break;
    case Verdict::invalid: what = fmt::format("{} against {}: these runs say nothing", report.candidate, report.baseline); break;
    }
    return fmt::format("{}: {}; {}", upper(verdict_name(report.verdict)), what, evidence);
}

std::string gate_text(const GateReport& report, GateInk ink) { return Writer(report, ink).write(); }

}  // namespace diobench
