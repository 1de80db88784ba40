// SPDX-License-Identifier: GPL-2.0-only
// A whole gate: runs made or read, judged, written.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/host/machine/boot.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

struct GateOptions {
    std::string baseline;   ///< series by name or folder, or of given results the arm's name (empty: their only arm)
    std::string candidate;
    std::string suite = "quick";
    std::string filter = "*";
    MachineKind machine = MachineKind::exact;
    uint64_t seed = 1;      ///< the first; pair i has seed + i
    size_t seeds = 3;       ///< exact: pairs, up to kMostSeedsFactor times as many if the verdict is inconclusive
    fs::path policy;        ///< empty: gate.toml of the project
    fs::path output;        ///< empty: out/<run id>
    fs::path tree;          ///< kernel source; empty: the distribution's
    std::string revision;   ///< of `tree`
    unsigned jobs = 0;      ///< exact: machines side by side; 0: as many as CPUs
    std::set<std::string> not_judged;  ///< of given results: ids of cells that the baseline cannot have
    std::vector<std::string> argv;
    bool attribute = true;  ///< exact: count instructions by kernel function
};

/// Undecided metrics get more seeds until there are so many times those asked for.
inline constexpr size_t kMostSeedsFactor = 2;

/// Builds both kernels, runs the self-tests and the pairs, judges, and writes gate.json, summary.txt,
/// junit.xml and gl-code-quality.json beside the runs. Errors: a policy that is wrong, an unknown suite or
/// series, an interrupt; what a kernel or machine does wrong is in the report.
[[nodiscard]] Result<GateReport> run_gate(const GateOptions& options);

/// The same judgement of runs that were made before: output directories of `diobench run`, paired by seed
/// (exact) or in the order given (real clocks: the second half of at least twice min_pairs pairs is the
/// independent set). A cell of the suite that the filter leaves and the runs do not have is invalid: runs made with a
/// filter are judged with the same one. Of options only baseline, candidate, filter, policy and output count.
/// Errors: runs that must not be compared, seeds without a partner. Self-tests are reported as not run.
[[nodiscard]] Result<GateReport> judge_directories(const std::vector<fs::path>& baseline, const std::vector<fs::path>& candidate, const GateOptions& options);

/// judge_directories() of runs in memory. `self_tests`: those that were made with the candidate's runs; empty: reported as not run.
/// Cells of options.not_judged are left out.
[[nodiscard]] Result<GateReport> judge_results(std::vector<Results> baseline, std::vector<Results> candidate, const GateOptions& options,
                                               std::vector<SelfTest> self_tests = {});

/// What the exact machine's self-tests say, or the problem of the kernel that keeps them from being made.
struct SelfTestOutcome {
    std::vector<SelfTest> tests;
    std::string problem;
    bool build_failed = false;
};
/// Boots options.candidate with the self-test's cells; `directory` exists and gets the runs.
[[nodiscard]] Result<SelfTestOutcome> run_self_tests(const GateOptions& options, const fs::path& directory);

/// The files of a gate's output directory.
[[nodiscard]] Status write_gate_outputs(const fs::path& directory, const GateReport& report);

}  // namespace diobench
