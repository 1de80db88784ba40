// SPDX-License-Identifier: GPL-2.0-only
// A run for the node exporter's textfile collector and for a Pushgateway: what
// a gate looks at, and no more than such a collector should carry.
#pragma once

#include <string>

#include "bench/common/base/files.h"
#include "bench/results/export/prometheus_families.h"

namespace diobench {

/// More samples than this in a textfile or a push are refused: everything is in metrics.prom.
inline constexpr size_t kMostTextfileSamples = 10'000;

/// Metrics that `wanted` says, no histograms, counts of cells and the status of those that are not ok.
/// More than kMostTextfileSamples samples are an error.
[[nodiscard]] Result<Families> textfile_families(const Results& results, std::function<bool(const CellResult&, const Metric&)> wanted);
/// Replaced in one step: the collector sees the old file or the new one. The name must end in ".prom", else the collector ignores it.
[[nodiscard]] Status write_textfile(const fs::path& file, const Families& families);

/// A Pushgateway's address.
struct PushTarget {
    std::string host;  ///< with "http://" or "https://"
    std::string port;
    std::string instance;  ///< grouping key beside job="diobench"
};
/// "http://gateway:9091", "gateway:9091"; no path. `instance` empty: the host's name.
[[nodiscard]] Result<PushTarget> parse_push_target(const std::string& url, const std::string& instance);
/// Replaces everything the group (job, instance) held, so that nothing of an earlier run stays.
[[nodiscard]] Status push(const PushTarget& target, const Families& families);

}  // namespace diobench
