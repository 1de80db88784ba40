// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/judge_pairs.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "bench/host/profile/read_path.h"
#include "bench/host/profile/read_profiles.h"
#include "bench/verdict/exact/tail_rule.h"
#include "bench/verdict/pairs/statistics.h"

namespace diobench {

namespace {

bool is_real_clock(std::string_view machine) { return machine != "exact"; }

bool has_numbers(const CellResult& cell) { return cell.status == CellStatus::ok; }
bool is_broken(const CellResult& cell) { return cell.status == CellStatus::invalid || cell.status == CellStatus::failed; }

std::string with_seed(std::string_view text, int64_t seed) { return fmt::format("{} (seed {})", text, seed); }

/// What the statuses of a cell say before any number is looked at.
struct StatusFinding {
    Verdict verdict = Verdict::pass;
    std::string reason;  ///< empty: both have numbers, judge them
    std::string note;    ///< no numbers to judge, and nothing wrong
};

StatusFinding invalid(std::string reason) { return {Verdict::invalid, std::move(reason), ""}; }

/// Bytes and cache state were right: what could not be proved is that nothing but direct reads was done, and the baseline did prove it.
bool was_direct_and_is_mixed(const CellResult& old_cell, const CellResult& new_cell) {
    return has_numbers(old_cell) && old_cell.observed_io == ObservedIo::direct && new_cell.status == CellStatus::invalid &&
           new_cell.observed_io == ObservedIo::mixed;
}

StatusFinding look_at_pair(const CellPair& pair) {
    if (pair.candidate == nullptr) return invalid(with_seed("the candidate's run has no such cell", pair.seed));
    if (pair.baseline == nullptr) return invalid(with_seed("the baseline's run has no such cell", pair.seed));
    const CellResult& old_cell = *pair.baseline;
    const CellResult& new_cell = *pair.candidate;
    if (was_direct_and_is_mixed(old_cell, new_cell))
        return {Verdict::regression, with_seed(fmt::format("reads were direct and leave pages in the page cache now: {}", new_cell.reason), pair.seed), ""};
    if (is_broken(old_cell) && is_broken(new_cell) && old_cell.known && new_cell.known)
        return {Verdict::pass, "", fmt::format("both kernels fail here, as their series say ({})", new_cell.reason)};
    if (is_broken(new_cell))
        return invalid(with_seed(fmt::format("candidate {}: {}", status_name(new_cell.status), new_cell.reason), pair.seed));
    if (is_broken(old_cell)) {
        if (old_cell.known) return {Verdict::pass, "", fmt::format("nothing to compare with: the baseline fails here, as its series says ({})", old_cell.reason)};
        return invalid(with_seed(fmt::format("baseline {}: {}", status_name(old_cell.status), old_cell.reason), pair.seed));
    }
    if (has_numbers(old_cell) && !has_numbers(new_cell))
        return {Verdict::regression, with_seed(fmt::format("the candidate no longer supports this: {}", new_cell.reason), pair.seed), ""};
    if (!has_numbers(old_cell) && has_numbers(new_cell)) return {Verdict::pass, "", "new: the baseline does not support this"};
    if (!has_numbers(old_cell)) return {Verdict::pass, "", "neither kernel supports this"};
    if (old_cell.observed_io == ObservedIo::direct && new_cell.observed_io == ObservedIo::buffered)
        return {Verdict::regression, with_seed("reads were direct and now go through the page cache", pair.seed), ""};
    return {};
}

/// One finding for all pairs: the worst; notes only if all pairs have the same one.
StatusFinding look_at_statuses(const CellSamples& samples) {
    StatusFinding out;
    bool first = true;
    for (const auto& pair : samples.pairs) {
        StatusFinding finding = look_at_pair(pair);
        if (finding.verdict > out.verdict) {
            out.verdict = finding.verdict;
            out.reason = finding.reason;
        }
        if (first) out.note = finding.note;
        else if (finding.note.empty() != out.note.empty() && finding.verdict == Verdict::pass && out.verdict == Verdict::pass)
            return invalid(with_seed("with this seed the cell has another status than with the one before", pair.seed));
        first = false;
    }
    if (samples.pairs.empty()) return invalid("no run was made");
    return out;
}

bool missing_everywhere(const std::vector<ValuePair>& values) {
    return std::all_of(values.begin(), values.end(), [](const ValuePair& v) { return !v.baseline && !v.candidate; });
}

/// "seed 3 0.4 %"-like noise is left to the tables; this is the sentence behind a verdict.
std::string reason_of(const MetricReport& report) {
    if (report.verdict == Verdict::pass) return {};
    if (!report.wall) return report.paired.reason;
    const auto& shown = report.confirmation ? *report.confirmation : *report.wall;
    const Interval& interval = shown.shift.interval;
    std::string text = fmt::format("{:+.2f} % to {:+.2f} %", std::expm1(interval.low) * 100, std::expm1(interval.high) * 100);
    if (shown.p < 1) text += fmt::format(", p {:.4f} after Holm", shown.adjusted_p);
    if (report.confirmation) text += report.verdict == Verdict::regression ? ", confirmed by an independent set" : ", an independent set did not confirm it";
    else if (report.verdict == Verdict::regression) text += ", not confirmed yet";
    return text;
}

WallSeries series_of(const std::vector<ValuePair>& values, const Metric& metric, double floor) {
    WallSeries out;
    out.floor = floor;
    for (const auto& value : values) {
        if (!value.baseline || !value.candidate || !(*value.baseline > 0) || !(*value.candidate > 0)) return {{}, floor};
        const double ratio = std::log(*value.candidate / *value.baseline);
        out.worse_log_ratios.push_back(metric.direction == Direction::higher_is_better ? -ratio : ratio);
    }
    return out;
}

/// Where a metric stands in the report and what is known of it by wall clock.
struct WallEntry {
    MetricReport* report;
    const CellSamples* first;
    const CellSamples* confirm;
};

void judge_wall_entries(std::vector<WallEntry>& entries, const GateInput& input, const Policy& policy) {
    std::vector<WallSeries> series;
    for (const auto& entry : entries) series.push_back(series_of(pair_values(*entry.first, entry.report->metric->name), *entry.report->metric, entry.report->tolerance.floor));
    const auto judged = judge_wall(series, policy.wall, input.seed);
    std::vector<WallEntry*> suspects;
    for (size_t i = 0; i < entries.size(); ++i) {
        MetricReport& report = *entries[i].report;
        report.wall = judged[i];
        report.verdict = judged[i].verdict;
        report.paired.better = judged[i].better;
        if (report.verdict == Verdict::regression) suspects.push_back(&entries[i]);
    }
    if (input.confirm.empty()) return;
    series.clear();
    for (const WallEntry* entry : suspects)
        series.push_back(entry->confirm == nullptr ? WallSeries{{}, entry->report->tolerance.floor}
                                                   : series_of(pair_values(*entry->confirm, entry->report->metric->name), *entry->report->metric, entry->report->tolerance.floor));
    const auto again = judge_wall(series, policy.wall, input.seed + 1);
    for (size_t i = 0; i < suspects.size(); ++i) {
        suspects[i]->report->confirmation = again[i];
        suspects[i]->report->verdict = confirmed(*suspects[i]->report->wall, again[i]);
    }
}

/// With every seed the other metric is good enough, and better than it was: without a gain there is no trade.
bool condition_holds(const TradeOff& trade_off, const CellSamples& samples) {
    const bool higher = trade_off.if_metric->direction == Direction::higher_is_better;
    for (const auto& value : pair_values(samples, trade_off.if_metric->name)) {
        if (!value.candidate || !value.baseline) return false;
        if (higher ? *value.candidate <= *value.baseline : *value.candidate >= *value.baseline) return false;
        if (trade_off.at_most && *value.candidate > *trade_off.at_most) return false;
        if (trade_off.at_most_of_baseline && *value.candidate > *trade_off.at_most_of_baseline * *value.baseline) return false;
    }
    return true;
}

/// How much worse the candidate may be at most, by all that was seen: the worst pair, or the far end of the interval; share of the baseline.
double worst_of(const MetricReport& report, const CellSamples& samples) {
    if (report.wall) {
        const double far_end = std::expm1(report.wall->shift.interval.high);
        return report.confirmation ? std::max(far_end, std::expm1(report.confirmation->shift.interval.high)) : far_end;
    }
    double out = report.paired.relative;
    const auto values = pair_values(samples, report.metric->name);
    for (size_t i = 0; i < report.paired.differences.size(); ++i) {
        const double difference = report.paired.differences[i];
        if (difference > 0) out = std::max(out, difference / std::abs(*values[i].baseline));  // from nothing to something is infinite
    }
    return out;
}

/// A regression that the policy accepts becomes a pass that says so.
void accept(MetricReport& report, const CellSamples& samples, const GateInput& input, const Policy& policy) {
    if (report.verdict == Verdict::pass) return;
    for (const auto& trade_off : policy.trade_offs) {
        if (report.verdict != Verdict::regression || trade_off.metric != report.metric) continue;
        if (!trade_off.scope.applies(input.machine, input.suite) || !trade_off.scope.holds(samples.cell)) continue;
        if (worst_of(report, samples) > trade_off.worse_by_at_most || !condition_holds(trade_off, samples)) continue;
        report.verdict = Verdict::pass;
        report.accepted = fmt::format("trade-off at {}:{}: {}", policy.file, trade_off.scope.line, trade_off.reason);
        return;
    }
    if (const Waiver* waiver = find_waiver(policy, samples.cell, report.metric, input.machine, input.suite)) {
        report.verdict = Verdict::pass;
        report.accepted = fmt::format("waived by {} until {}: {}", waiver->owner, waiver->expires, waiver->reason);
    }
}

const CellSamples* find_samples(const std::vector<CellSamples>& all, std::string_view cell) {
    for (const auto& samples : all)
        if (samples.cell == cell) return &samples;
    return nullptr;
}

/// A percentile that only jumped over a few reads is no regression.
void forgive_luck(PairedJudgement& judged, const CellSamples& samples, const Metric& metric, const Tolerance& tolerance) {
    if (judged.verdict != Verdict::regression && judged.verdict != Verdict::inconclusive) return;
    const auto tail = count_tail(samples, metric, tolerance);
    if (!tail) return;
    if (tail->is_luck()) judged.verdict = Verdict::pass;
    judged.reason += "; " + tail->text();
}

/// The pairs of both sets: only times need an independent set of their own.
CellSamples joined(const CellSamples& first, const CellSamples* second, std::span<const RunPair> confirm) {
    CellSamples out = first;
    if (second != nullptr) out.pairs.insert(out.pairs.end(), second->pairs.begin(), second->pairs.end());
    else
        for (const auto& pair : confirm) out.pairs.push_back({pair.seed, nullptr, nullptr});
    return out;
}

/// The median baseline of a metric, 0 if it has no number.
double baseline_of(const Metric& metric, const CellSamples& samples) {
    std::vector<double> baselines;
    for (const auto& value : pair_values(samples, metric.name))
        if (value.baseline) baselines.push_back(std::abs(*value.baseline));
    return baselines.empty() ? 0 : median(baselines);
}

MetricReport judge_metric(const CellSamples& samples, const std::vector<ValuePair>& values, const GatedMetric& gated, const GateInput& input) {
    MetricReport report;
    report.metric = gated.metric;
    report.tolerance = gated.line->tolerance;
    report.floor_of = gated.line->floor_of;
    const double whole = report.floor_of != nullptr ? baseline_of(*report.floor_of, samples) : 0;
    if (report.floor_of != nullptr) report.tolerance = share_of(report.tolerance, whole);
    report.policy_line = gated.line->scope.line;
    const CountRule counts = is_real_clock(input.machine) ? CountRule::most_pairs : CountRule::any_pair;
    report.paired = judge_exact(values, *gated.metric, report.tolerance, counts);
    if (!is_real_clock(input.machine)) forgive_luck(report.paired, samples, *gated.metric, report.tolerance);
    if (report.floor_of != nullptr && whole == 0 && report.paired.verdict != Verdict::invalid) {
        report.paired.verdict = Verdict::invalid;
        report.paired.reason = fmt::format("the baseline has no number of {}, of which its floor is a share", report.floor_of->name);
    }
    if (whole > 0 && report.paired.baseline > 0) report.part = report.paired.baseline / whole;
    report.verdict = report.paired.verdict;
    return report;
}

/// A cell whose numbers must not be believed, wrong bytes most of all: nobody can waive that.
bool has_invalid_candidate(const CellSamples& samples) {
    return std::any_of(samples.pairs.begin(), samples.pairs.end(), [](const auto& pair) { return pair.candidate != nullptr && pair.candidate->status == CellStatus::invalid; });
}

/// The cell's statuses and, if there are numbers, each gated metric. `all` has the pairs of the independent set as well.
CellReport judge_cell(const CellSamples& samples, const CellSamples& all, const std::vector<GatedMetric>& gated, const GateInput& input, const Policy& policy) {
    CellReport report;
    report.cell = samples.cell;
    StatusFinding finding = look_at_statuses(all);
    report.note = finding.note;
    if (!finding.reason.empty()) {
        report.verdict = finding.verdict;
        report.reason = finding.reason;
        report.note.clear();
        if (const Waiver* waiver = find_waiver(policy, samples.cell, nullptr, input.machine, input.suite); waiver != nullptr && !has_invalid_candidate(all)) {
            report.verdict = Verdict::pass;
            report.accepted = fmt::format("waived by {} until {}: {}", waiver->owner, waiver->expires, waiver->reason);
        }
        return report;
    }
    if (!report.note.empty()) return report;
    for (const auto& one : gated) {
        const CellSamples& judged = is_count(*one.metric) ? all : samples;
        const auto values = pair_values(judged, one.metric->name);
        if (!missing_everywhere(values)) report.metrics.push_back(judge_metric(judged, values, one, input));
    }
    if (report.metrics.empty()) {
        report.verdict = Verdict::invalid;
        report.reason = "both kernels measured it and neither has a number of any metric that gates";
    }
    return report;
}

/// What counting by function gives, which is not done in every run, is there on both sides with every seed, and counted in one way.
bool all_counted(std::span<const RunPair> pairs) {
    const auto way = [](const ArmOfRun& arm) {
        const auto found = arm.results.run.tool.find(kCountingTool);
        return found == arm.results.run.tool.end() ? std::string() : found->second;
    };
    const auto counted = [&](const ArmOfRun& arm) {
        return way(arm) == way(pairs.front().baseline) &&
               std::any_of(arm.results.cells.begin(), arm.results.cells.end(), [](const CellResult& cell) { return cell.metric(kReadPathInstructions).has_value(); });
    };
    return std::all_of(pairs.begin(), pairs.end(), [&](const RunPair& pair) { return counted(pair.baseline) && counted(pair.candidate); });
}

/// Gate lines with a metric that no cell has a number of.
void find_idle_lines(const GateInput& input, const Policy& policy, bool counted, GateReport& report) {
    if (input.scope == GateInput::Scope::filtered) return;
    for (const auto& line : policy.gates) {
        if (!line.scope.applies(input.machine, input.suite)) continue;
        for (const Metric* metric : line.metrics) {
            if (metric->name == kReadPathInstructions && !counted) continue;  // there is a note
            const bool seen = std::any_of(report.cells.begin(), report.cells.end(), [&](const CellReport& cell) {
                return line.scope.holds(cell.cell) &&
                       (!cell.reason.empty() || std::any_of(cell.metrics.begin(), cell.metrics.end(), [&](const MetricReport& m) { return m.metric == metric; }));
            });
            if (!seen)
                report.problems.push_back(fmt::format("{}:{}: metric {} has no number in any of the cells this table gates", policy.file, line.scope.line, metric->name));
        }
    }
}

/// Gated metrics that neither kernel has a number of in cells that were judged: nothing was lost, and nothing was looked at.
void note_absent(const GateInput& input, const Policy& policy, GateReport& report) {
    std::map<std::string_view, size_t> absent;
    for (const auto& cell : report.cells) {
        if (cell.metrics.empty()) continue;
        for (const auto& one : gated_metrics(policy, cell.cell, input.machine, input.suite))
            // Another program than ours (engine fio) is not counted.
            if (one.metric->name != kReadPathInstructions && std::none_of(cell.metrics.begin(), cell.metrics.end(), [&](const MetricReport& m) { return m.metric == one.metric; })) ++absent[one.metric->name];
    }
    for (const auto& [metric, cells] : absent)
        report.notes.push_back(fmt::format("{} gates and neither kernel has a number of it in {} cell{}", metric, cells, cells == 1 ? "" : "s"));
}

/// Nothing was lost here either, and less is seen.
void note_not_counted(size_t cells, GateReport& report) {
    if (cells > 0)
        report.notes.push_back(fmt::format("{} gates {} cell{} and was not counted in all of these runs: what is slower by less than the floors of times was not looked for", kReadPathInstructions,
                                           cells, cells == 1 ? "" : "s"));
}

/// Kernels that did not build or boot, or whose bytes were wrong, have no verdict but this.
void look_at_kernels(std::span<const RunPair> pairs, GateReport& report) {
    for (const auto& pair : pairs)
        for (const auto& [role, arm] : {std::pair("baseline", &pair.baseline), {"candidate", &pair.candidate}}) {
            const KernelResult* kernel = arm->results.find_kernel(arm->kernel);
            if (kernel == nullptr || kernel->status == KernelStatus::ok) continue;
            report.problems.push_back(with_seed(fmt::format("{} {}: {}: {}", role, arm->kernel, status_name(kernel->status), kernel->reason), pair.seed));
            if (kernel->status == KernelStatus::build_failed) report.exit_code = ExitCode::usage;
        }
}

void take_worst(CellReport& cell) {
    for (const auto& metric : cell.metrics) cell.verdict = worse_of(cell.verdict, metric.verdict);
}

double size_of(const DecidingLine& line) {
    return line.metric == nullptr ? std::numeric_limits<double>::infinity() : std::abs(line.metric->paired.relative) * line.metric->part;
}

void sort_by_size(std::vector<DecidingLine>& lines) {
    std::stable_sort(lines.begin(), lines.end(), [](const DecidingLine& a, const DecidingLine& b) {
        auto verdict = [](const DecidingLine& line) { return line.metric != nullptr ? line.metric->verdict : line.cell->verdict; };
        if (verdict(a) != verdict(b)) return verdict(a) > verdict(b);
        return size_of(a) > size_of(b);
    });
}

}  // namespace

GateReport judge_pairs(const GateInput& input, const Policy& policy) {
    GateReport report;
    report.machine = input.machine;
    report.suite = input.suite;
    report.policy_file = policy.file;
    report.confirm_pairs = input.confirm.size();
    for (const auto& pair : input.pairs) report.seeds.push_back(pair.seed);
    for (const auto& pairs : {input.pairs, input.confirm})
        for (const auto& pair : pairs) report.runs.push_back(pair.candidate.results.run.id);
    look_at_kernels(input.pairs, report);
    look_at_kernels(input.confirm, report);
    const auto first = pair_cells(input.pairs);
    const auto second = pair_cells(input.confirm);
    const bool counted = all_counted(input.pairs);
    size_t not_counted = 0;
    for (const auto& cell : input.cells) {
        auto gated = gated_metrics(policy, cell, input.machine, input.suite);
        if (!counted) not_counted += std::erase_if(gated, [](const GatedMetric& one) { return one.metric->name == kReadPathInstructions; });
        if (gated.empty()) {
            ++report.cells_that_do_not_gate;
            continue;
        }
        const CellSamples* samples = find_samples(first, cell);
        if (samples != nullptr) report.cells.push_back(judge_cell(*samples, joined(*samples, find_samples(second, cell), input.confirm), gated, input, policy));
        else report.cells.push_back({cell, Verdict::invalid, "this cell gates and no run has a result of it", "", "", {}});
    }
    if (is_real_clock(input.machine)) {
        std::vector<WallEntry> entries;
        for (auto& cell : report.cells)
            for (auto& metric : cell.metrics)
                if (!is_count(*metric.metric) && metric.verdict != Verdict::invalid)
                    entries.push_back({&metric, find_samples(first, cell.cell), find_samples(second, cell.cell)});
        judge_wall_entries(entries, input, policy);
    }
    for (auto& cell : report.cells) {
        if (cell.metrics.empty()) continue;
        const CellSamples all = joined(*find_samples(first, cell.cell), find_samples(second, cell.cell), input.confirm);
        for (auto& metric : cell.metrics) {
            metric.reason = reason_of(metric);
            accept(metric, all, input, policy);
        }
        take_worst(cell);
    }
    note_absent(input, policy, report);
    note_not_counted(not_counted, report);
    find_idle_lines(input, policy, counted, report);
    return report;
}

namespace {

/// A suspicion that nobody confirmed is no regression.
void drop_unconfirmed(GateReport& report) {
    for (auto& cell : report.cells) {
        if (!cell.reason.empty()) continue;
        cell.verdict = Verdict::pass;
        for (auto& metric : cell.metrics) {
            if (metric.wall && metric.verdict == Verdict::regression && !metric.confirmation) metric.verdict = Verdict::inconclusive;
            cell.verdict = worse_of(cell.verdict, metric.verdict);
        }
    }
}

}  // namespace

void conclude(GateReport& report) {
    const bool build_failed = report.exit_code == ExitCode::usage;
    drop_unconfirmed(report);
    size_t judged = 0;
    report.verdict = report.problems.empty() ? Verdict::pass : Verdict::invalid;
    for (const auto& test : report.self_tests)
        if (test.outcome == SelfTest::Outcome::failed) report.verdict = Verdict::invalid;
    for (const auto& cell : report.cells) {
        report.verdict = worse_of(report.verdict, cell.verdict);
        judged += cell.metrics.size();
    }
    if (judged == 0 && report.verdict == Verdict::pass) {
        report.problems.emplace_back("no metric of any cell was judged: that is no pass");
        report.verdict = Verdict::invalid;
    }
    report.exit_code = build_failed ? ExitCode::usage : exit_code_of(report.verdict);
}

bool has_suspicion(const GateReport& report) {
    return std::any_of(report.cells.begin(), report.cells.end(), [](const CellReport& cell) {
        return std::any_of(cell.metrics.begin(), cell.metrics.end(), [](const MetricReport& metric) {
            return metric.wall && metric.wall->verdict == Verdict::regression && !metric.confirmation && metric.accepted.empty();
        });
    });
}

bool wants_more_pairs(const GateReport& report, const Policy& policy) {
    std::vector<WallJudgement> judged;
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics)
            if (metric.wall) judged.push_back(*metric.wall);
    return wants_more_pairs(judged, report.seeds.size(), policy.wall);
}

std::vector<AttributedFunction> leading_functions(const GateReport& report, const std::string& cell, size_t most) {
    std::vector<AttributedFunction> out;
    auto found = report.attribution.find(cell);
    if (found == report.attribution.end()) return out;
    for (size_t i = 0; i < found->second.size(); ++i)
        if (i < most || found->second[i].in_patches) out.push_back(found->second[i]);
    return out;
}

std::optional<AttributedFunction> main_function(const GateReport& report, const DecidingLine& line) {
    auto found = report.attribution.find(line.cell->cell);
    if (found == report.attribution.end() || line.metric == nullptr) return std::nullopt;
    const bool read_path = line.metric->metric->name == kReadPathInstructions;
    if (!read_path && line.metric->metric->unit != "ns") return std::nullopt;
    double whole = 0;
    const AttributedFunction* most = nullptr;
    const auto more = [](const AttributedFunction& f) { return f.candidate_per_op - f.baseline_per_op; };
    for (const auto& f : found->second) {
        if (read_path && !is_read_path_function(f.function)) continue;
        whole += more(f);
        if (most == nullptr || more(f) > more(*most)) most = &f;
    }
    if (most == nullptr || whole <= 0 || more(*most) < whole / 2) return std::nullopt;
    return *most;
}

std::vector<DecidingLine> deciding_lines(const GateReport& report) {
    std::vector<DecidingLine> out;
    for (const auto& cell : report.cells) {
        if (!cell.reason.empty() && cell.verdict != Verdict::pass) out.push_back({&cell, nullptr});
        for (const auto& metric : cell.metrics)
            if (metric.verdict != Verdict::pass) out.push_back({&cell, &metric});
    }
    sort_by_size(out);
    return out;
}

std::vector<DecidingLine> better_lines(const GateReport& report) {
    std::vector<DecidingLine> out;
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics)
            if (metric.paired.better && metric.metric->direction != Direction::neutral) out.push_back({&cell, &metric});
    sort_by_size(out);
    return out;
}

}  // namespace diobench
