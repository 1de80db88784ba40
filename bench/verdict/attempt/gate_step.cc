// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/attempt/gate_step.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/results/export/report.h"
#include "bench/verdict/bisect/bisect.h"
#include "bench/verdict/bisect/judge_ends.h"
#include "bench/verdict/gate/gate_outputs.h"
#include "bench/verdict/gate/run_gate.h"
#include "bench/verdict/judge/gate_answer.h"
#include "bench/verdict/judge/gate_text.h"

namespace diobench {

namespace {

/// With so many times the seeds what was undecided is asked again.
constexpr size_t kMoreSeeds = 3;

/// The text without the sentence that it begins with, and without what to type next: the attempt says that.
std::string behind_headline(GateReport report) {
    report.next.clear();
    std::string text = gate_text(report, GateInk::plain);
    const size_t end = text.find('\n');
    return end == std::string::npos ? std::string() : text.substr(end + 1);
}

std::string next_of(const GateReport& report, const GateOptions& gate) {
    if (report.verdict == Verdict::pass) return "diobench run " + shell_text({"--kernel", gate.baseline, "--kernel", gate.candidate});
    if (report.verdict == Verdict::inconclusive)
        return "diobench gate " + shell_text({"--baseline", gate.baseline, "--candidate", gate.candidate, "--suite", gate.suite, "--seeds", std::to_string(kMoreSeeds * gate.seeds)});
    const auto followed = deciding_regression(report);
    if (report.verdict != Verdict::regression || !followed) return {};
    return "diobench profile " + shell_text({"--kernel", gate.baseline, "--kernel", gate.candidate, "--suite", gate.suite, "--filter", followed->watched.cell});
}

}  // namespace

GateOptions gate_of_attempt(const AttemptOptions& options, const SourceOfBuilds& source, const std::string& baseline, const std::string& candidate, const fs::path& directory) {
    GateOptions out;
    out.baseline = baseline;
    out.candidate = candidate;
    out.suite = options.suite;
    out.filter = options.filter;
    out.seed = options.seed;
    out.seeds = options.seeds;
    out.policy = options.policy;
    out.output = directory;
    out.tree = source.tree;
    out.revision = source.revision;
    out.jobs = options.jobs;
    out.verified = true;
    out.verified_cases = options.cases;
    out.argv = options.argv;
    return out;
}

StepOutcome gate_outcome(const GateReport& report, const GateOptions& gate) {
    return {report.exit_code, std::string(verdict_name(report.verdict)), gate_answer(report).headline, report.verdict == Verdict::pass ? "" : behind_headline(report), next_of(report, gate)};
}

Result<StepOutcome> gate_candidate(const GateOptions& gate, const AttemptOptions& options, GateReport& report) {
    auto made = run_gate(gate);
    if (!made) return forward(made);
    report = std::move(*made);
    if (!options.keep.empty())
        if (auto s = record_gate(report); !s) return forward(s);
    if (options.report)
        if (auto page = write_report(report.directory); !page) return forward(page);
    return gate_outcome(report, gate);
}

Result<StepOutcome> bisect_slow(const GateOptions& gate, const GateReport& report, const fs::path& directory) {
    BisectOptions options;
    options.baseline = gate.baseline;
    options.candidate = gate.candidate;
    options.suite = gate.suite;
    options.own = gate.own;
    options.seed = gate.seed;
    options.seeds = gate.seeds;
    options.policy = gate.policy;
    options.output = directory;
    options.tree = gate.tree;
    options.revision = gate.revision;
    options.jobs = gate.jobs;
    options.argv = gate.argv;
    const auto followed = deciding_regression(report);
    if (followed && followed->watched.metric != nullptr) {
        options.cell = followed->watched.cell;
        options.metric = followed->watched.metric->name;
    } else {
        options.filter = gate.filter;
    }
    auto bisected = run_bisect(options);
    if (!bisected) return forward(bisected);
    return StepOutcome{bisected->exit_code, std::string(outcome_name(bisected->outcome)), bisected->sentence, "", ""};
}

}  // namespace diobench
