// SPDX-License-Identifier: GPL-2.0-only
// Which cells a scrape has room for.  Pure functions.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "bench/results/export/prometheus_families.h"

namespace diobench {

/// The reads that people look at first (is_main_read()), and the same reads buffered.
[[nodiscard]] bool is_headline(const Dimensions& dimensions);

/// Of each run the ids of the cells whose samples, as `contents` of the run tells them, are together at most `most_samples`.
/// Headline reads come first, then the others by run and by id. A read is told of all kernels and both with O_DIRECT and
/// without, or not at all, so that what holds one against the other finds both.
[[nodiscard]] std::vector<std::set<std::string>> choose_cells(std::span<const Results> runs, std::span<const PrometheusContent> contents, size_t most_samples);

}  // namespace diobench
