// SPDX-License-Identifier: GPL-2.0-only
// Runs of --shard 1/N to N/N as the one run that they are parts of.
#pragma once

#include <string>
#include <vector>

#include "bench/host/run/run_suite.h"
#include "bench/results/store/results.h"

namespace diobench {

/// One part of a run that has ended.
struct Shard {
    fs::path directory;
    RunOptions options;
    Results results;
};
/// Of an output directory; an error says what to do if it has not ended.
[[nodiscard]] Result<Shard> read_shard(const fs::path& directory);

/// The whole run; its cells are those of a run without --shard, byte by byte. All faults at once: a part that is missing or
/// there twice with other cells, and parts of another plan, seed, kernel, guest program, QEMU or, by wall clock, host.
[[nodiscard]] Result<Results> merge_results(std::vector<Shard> shards);

/// The same as a run's output directory: `output`, or out/<run id> if that is empty; with boots, logs and counts of all parts.
[[nodiscard]] Result<RunOutcome> merge_shards(const std::vector<fs::path>& directories, const fs::path& output, const std::vector<std::string>& argv);

}  // namespace diobench
