// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/next_step.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/verdict/judge/causes.h"
#include "bench/verdict/judge/judge_pairs.h"

namespace diobench {

namespace {

std::string of_both(std::string_view command, const AskedGate& asked) {
    return fmt::format("diobench {} --baseline {} --candidate {}{}", command, shell_text({asked.baseline}), shell_text({asked.candidate}), asked.options);
}

/// What was asked for; of a whole suite the tests of the cause alone, if there is one only.
std::string filter_of(const GateReport& report, const AskedGate& asked) {
    const auto causes = causes_of(report, report.verdict).rows;
    const CellFilter filter = causes.size() != 1 || !asked.filter.takes_all() ? asked.filter : CellFilter{causes.front().glob, ""};
    return filter.takes_all() ? std::string() : " " + shell_text(filter.words());
}

std::string verify(const std::string& kernel) { return "diobench verify " + shell_text({kernel}); }

std::string after_invalid(const GateReport& report, const AskedGate& asked) {
    if (report.exit_code == ExitCode::usage) return "diobench kernel build " + shell_text({asked.candidate});
    const bool machine_failed = std::any_of(report.self_tests.begin(), report.self_tests.end(), [](const SelfTest& t) { return t.outcome == SelfTest::Outcome::failed; });
    if (machine_failed) return "diobench doctor";
    if (report.machine != "exact") return of_both("gate", asked) + " --machine exact";
    // The baseline's own problems begin with its name; what was never measured is measured by a gate that makes its own runs.
    if (!report.problems.empty() && report.problems.front().starts_with("baseline ")) return verify(asked.baseline);
    const bool unmeasured = std::any_of(report.cells.begin(), report.cells.end(), [](const CellReport& cell) { return cell.reason == kNoResult; });
    return unmeasured && report.problems.empty() ? of_both("gate", asked) : verify(asked.candidate);
}

std::string after_regression(const GateReport& report, const AskedGate& asked) {
    if (asked.patches > 1) return of_both("bisect", asked) + filter_of(report, asked);
    return of_both("gate", asked) + filter_of(report, asked) + "   # once it is mended";
}

}  // namespace

std::string next_step(const GateReport& report, const AskedGate& asked) {
    switch (report.verdict) {
    case Verdict::invalid: return after_invalid(report, asked);
    case Verdict::regression: return after_regression(report, asked);
    case Verdict::inconclusive: return of_both("gate", asked) + filter_of(report, asked) + fmt::format(" --seeds {}", 2 * std::max<size_t>(report.seeds.size(), 1));
    case Verdict::pass: break;
    }
    if (!asked.verified) return verify(asked.candidate);
    return fmt::format("diobench run --kernel {} --kernel {}", shell_text({asked.baseline}), shell_text({asked.candidate}));
}

}  // namespace diobench
