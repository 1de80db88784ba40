// SPDX-License-Identifier: GPL-2.0-only
// A whole verification: kernels built for User Mode Linux, or for QEMU, with every check
// on, the conformance cases run on each, outcomes held against what the series say.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/host/run/write_outputs.h"
#include "bench/results/store/results.h"

namespace diobench {

inline constexpr const char* kVerifySuite = "verify";
inline constexpr const char* kVerifyPartSuite = "verify-part";  ///< not all cases
inline constexpr const char* kMutantSuite = "mutants";

struct VerifyOptions {
    std::vector<std::string> kernels;  ///< SERIES or SERIES@BASE (bench/host/kernel/base.h)
    bool mutants = false;              ///< instead: the series of kernel-patches/mutants, all or those of `kernels`
    bool smp = false;                  ///< on two CPUs in QEMU instead: the cases that two CPUs can tell more of, or `cases`
    std::string sample = "1/1";        ///< of the mutants: part i of n
    std::vector<std::string> cases;    ///< globs; empty: all
    std::vector<std::string> backends; ///< empty: all
    uint64_t seed = 1;
    fs::path output;                   ///< empty: out/<run id>
    fs::path tree;                     ///< kernel source; empty: the distribution's
    std::string revision;              ///< of `tree`
    std::vector<std::string> allow_missing;  ///< symbols of the configuration that kernels need not take
    unsigned fuzz_s = 0;               ///< so long damaged images are tried on each kernel besides (fuzz.h)
    uint64_t fuzz_reads = 0;           ///< so many reads at random are made of each kernel besides (fuzz_reads.h)
    uint64_t fuzz_from = 0;            ///< from this scene of them on
    unsigned jobs = 0;                 ///< machines side by side; 0: half as many again as CPUs
    History history = History::record;
    std::vector<std::string> argv;     ///< for the record
};

struct VerifyOutcome {
    Results results;
    fs::path directory;
    ExitCode exit_code = ExitCode::ok;
};

/// Errors are what makes the whole impossible; what one kernel does wrong is in
/// the results.  Exit code: 1 a case failed that the series does not list, or a
/// mutant survived; 2 a kernel could not be built; 4 a machine ran no case.
[[nodiscard]] Result<VerifyOutcome> verify_kernels(const VerifyOptions& options);

}  // namespace diobench
