// SPDX-License-Identifier: GPL-2.0-only
// A run as Google Benchmark writes one (--benchmark_out_format=json), for its
// tools/compare.py and what else reads that format.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/results/store/results.h"

namespace diobench {

/// One kernel's cells as "benchmarks", boots as repetitions, in the order of the run; keys and their order as of
/// src/json_reporter.cc of Google Benchmark 1.7. Names are cell ids without the kernel, since compare.py pairs two files by name.
/// real_time is latency_ns.mean, cpu_time cpu_ns_per_op.total (the reader's alone where that is not known), in ns;
/// iterations are reads, threads are jobs, and every other metric is a counter by its own name. What the library would have to know
/// of a host and a run does not (clock rate, caches, load) is left out.
/// A cell without numbers has error_occurred and error_message and, as the library has it, zeros for times.
[[nodiscard]] nlohmann::ordered_json google_benchmark_json(const Results& results, std::string_view kernel);

/// Writes `directory`/benchmark-KERNEL.json for each kernel that has cells, and gives their paths. Makes the directory.
/// A run without any cell is an error.
[[nodiscard]] Result<std::vector<fs::path>> write_google_benchmark(const fs::path& directory, const Results& results);

}  // namespace diobench
