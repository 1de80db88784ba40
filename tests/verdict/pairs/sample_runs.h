// SPDX-License-Identifier: GPL-2.0-only
// Runs made up for the tests of the gate: cells with a few metrics, nothing else.
#pragma once

#include <string>
#include <vector>

#include "bench/verdict/pairs/samples.h"

namespace diobench {

inline CellResult sample_cell(const std::string& kernel, const std::string& cell, double mean_ns, int64_t page_cache_bytes = 0) {
    CellResult out;
    out.kernel = kernel;
    out.workload = cell.substr(0, cell.find('/'));
    out.cell = cell;
    out.status = CellStatus::ok;
    out.observed_io = ObservedIo::direct;
    out.metrics = Metrics{{"latency_ns.mean", mean_ns}, {"page_cache_bytes.erofs_file.after", page_cache_bytes}, {"ops", int64_t{256}}};
    return out;
}

inline ArmOfRun sample_arm(const std::string& kernel, int64_t seed, std::vector<CellResult> cells) {
    ArmOfRun arm;
    arm.kernel = kernel;
    arm.results.run.seed = seed;
    KernelResult entry;
    entry.name = kernel;
    arm.results.kernels.push_back(entry);
    arm.results.cells = std::move(cells);
    return arm;
}

/// One pair a seed 1 .. count; `candidate(seed)` is the candidate's mean of cell "a/x", which is 1000 ns on the baseline.
template <class Candidate>
std::vector<RunPair> sample_pairs(int64_t count, Candidate candidate) {
    std::vector<RunPair> out;
    for (int64_t seed = 1; seed <= count; ++seed)
        out.push_back({seed, sample_arm("old", seed, {sample_cell("old", "a/x", 1000)}), sample_arm("new", seed, {sample_cell("new", "a/x", candidate(seed))})});
    return out;
}

}  // namespace diobench
