// SPDX-License-Identifier: GPL-2.0-only
// gate.toml: what gates, how much may change, what is accepted and for how long (docs/gate.md, "Policy").
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/measure/metric_table.h"
#include "bench/verdict/exact/exact_rule.h"
#include "bench/verdict/wall/wall_rule.h"

namespace diobench {

inline constexpr std::string_view kPolicyFileName = "gate.toml";

/// Which cells a table of the policy speaks of, where it stands, and when it applies.
struct PolicyScope {
    int64_t line = 0;
    std::vector<std::string> cells;     ///< globs of cell ids
    std::vector<std::string> except;    ///< of those, not these
    std::vector<std::string> machines;  ///< empty: every machine
    std::vector<std::string> suites;    ///< empty: every suite

    [[nodiscard]] bool applies(std::string_view machine, std::string_view suite) const;
    [[nodiscard]] bool holds(std::string_view cell) const;
};

/// [[gate]]: these metrics of these cells decide.
struct GateLine {
    PolicyScope scope;
    std::string name;
    std::vector<const Metric*> metrics;
    Tolerance tolerance;
    double noise_per_cell = 0;  ///< what comes only now and then, in the metric's unit, all reads of a cell together
    const Metric* floor_of = nullptr;  ///< the floor is a share of the baseline's number of this metric; nullptr: of the gated one
};

/// [[trade_off]]: a metric may be worse if another one of the candidate is good enough.
struct TradeOff {
    PolicyScope scope;
    const Metric* metric = nullptr;
    double worse_by_at_most = 0;  ///< share of the baseline
    const Metric* if_metric = nullptr;
    std::optional<double> at_most;              ///< of the candidate, in the unit of if_metric
    std::optional<double> at_most_of_baseline;  ///< candidate / baseline
    std::string reason;
};

/// [[waiver]]: known, owned, and only until a day.
struct Waiver {
    PolicyScope scope;
    std::vector<const Metric*> metrics;  ///< empty: all of the cell, its absence included
    std::string owner;
    std::string reason;
    std::string expires;  ///< last day it holds, "2026-12-31"
};

struct Policy {
    std::string file;
    std::vector<GateLine> gates;
    std::vector<TradeOff> trade_offs;
    std::vector<Waiver> waivers;
    WallSettings wall;
};

/// Strict: an unknown key, metric or machine, a wrong type or range, a waiver without owner, reason or day
/// is an error with file:line and what would be right. `file` is for messages.
[[nodiscard]] Result<Policy> parse_policy(const std::string& text, const std::string& file);
[[nodiscard]] Result<Policy> read_policy(const fs::path& file);

/// A table that applies and has a glob that matches none of `cells`, and a
/// waiver that ended before `today` ("2026-11-23"), are errors with file:line.
/// Globs are not held against a user's own workloads (kOwnSuite).
[[nodiscard]] Status check_policy(const Policy& policy, std::span<const std::string> cells, std::string_view machine,
                                  std::string_view suite, std::string_view today);
/// The day in UTC, as check_policy() wants it.
[[nodiscard]] std::string today_utc();

/// One metric of a cell that decides, and the table that says so.
struct GatedMetric {
    const GateLine* line = nullptr;
    const Metric* metric = nullptr;
};
/// In the order of the metric table; of several tables that name a metric the last one counts.
[[nodiscard]] std::vector<GatedMetric> gated_metrics(const Policy& policy, std::string_view cell, std::string_view machine, std::string_view suite);
/// The waiver that covers a metric of a cell (nullptr: the whole cell), or nullptr.
[[nodiscard]] const Waiver* find_waiver(const Policy& policy, std::string_view cell, const Metric* metric, std::string_view machine, std::string_view suite);

}  // namespace diobench
