// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_exact.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/verdict/gate/gate_round.h"
#include "bench/verdict/gate/gate_self_test.h"

namespace diobench {

namespace {

/// One seed after the other until the verdict is not "inconclusive" or there are enough.
Status add_seeds(const GateOptions& options, const GatePlan& plan, const GateRuns& runs, std::vector<RunPair>& pairs) {
    while (pairs.size() < options.seeds * kMostSeedsFactor && std::all_of(pairs.begin(), pairs.end(), kernels_ok)) {
        GateReport so_far = judge_planned(plan, pairs, {});
        conclude(so_far);
        if (so_far.verdict != Verdict::inconclusive) break;
        auto pair = runs.pair_side_by_side(options.seed + pairs.size(), nullptr);
        if (!pair) return forward(pair);
        pairs.push_back(std::move(*pair));
    }
    return {};
}

}  // namespace

Result<MeasuredGate> gate_exact(const GateOptions& options, const GatePlan& plan, const GateRuns& runs) {
    auto first = runs.self_test(options.seed, kFirstSelfTest);
    if (!first) return forward(first);
    MeasuredGate out;
    if (const SelfTestOutcome look = look_at_candidate(*first); !look.problem.empty()) {
        out.report.problems.push_back(look.problem);
        if (look.build_failed) out.report.exit_code = ExitCode::usage;
        return out;
    }
    auto round = run_round(runs, options, kSecondSelfTest, options.attribute ? &out.counted : nullptr);
    if (!round) return forward(round);
    out.pairs = std::move(round->pairs);
    auto tests = judge_self_tests(*first, round->self_test);
    const bool trusted = std::all_of(tests.begin(), tests.end(), [](const SelfTest& t) { return t.outcome == SelfTest::Outcome::passed; });
    if (trusted) {
        if (auto s = add_seeds(options, plan, runs, out.pairs); !s) return forward(s);
    } else {
        out.pairs.clear();  // nothing of it would be believed
    }
    out.report = judge_planned(plan, out.pairs, {});
    if (!trusted) out.report.cells.clear();
    if (out.pairs.size() > options.seeds) out.report.notes.push_back(fmt::format("{} seeds were asked for and {} taken, since {} did not decide", options.seeds, out.pairs.size(), options.seeds));
    out.report.self_tests = std::move(tests);
    return out;
}

}  // namespace diobench
