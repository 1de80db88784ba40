// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/gate_metrics.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "bench/common/base/paths.h"
#include "bench/verdict/judge/policy.h"

namespace diobench {

namespace {

constexpr std::string_view kAlwaysTold = "throughput_bytes_per_s";

/// A policy, and what it says of the cells that were asked for.
class Gated {
public:
    explicit Gated(Policy policy) : policy_(std::move(policy)) {}

    bool holds(const Run& run, const CellResult& cell, const Metric& metric) {
        const std::lock_guard lock(mutex_);
        const std::array<std::string_view, 3> asked = {cell.cell, run.machine, run.suite};
        // Each cell is asked for once a row of the metric table.
        if (last_ == known_.end() || !std::equal(asked.begin(), asked.end(), last_->first.begin())) last_ = known_.find(asked);
        if (last_ == known_.end()) {
            last_ = known_.try_emplace({cell.cell, run.machine, run.suite}).first;
            for (const auto& gated : gated_metrics(policy_, cell.cell, run.machine, run.suite)) last_->second.insert(gated.metric);
        }
        return last_->second.contains(&metric);
    }

private:
    Policy policy_;
    struct Before {
        using is_transparent = void;
        bool operator()(const auto& a, const auto& b) const { return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), std::less<std::string_view>()); }
    };
    using Known = std::map<std::array<std::string, 3>, std::set<const Metric*>, Before>;
    Known known_;
    Known::iterator last_ = known_.end();
    std::mutex mutex_;
};

}  // namespace

Result<HistoryMetricFilter> gate_metrics() {
    auto policy = read_policy(project_root() / kPolicyFileName);
    if (!policy) return forward(policy);
    auto gated = std::make_shared<Gated>(std::move(*policy));
    return HistoryMetricFilter([gated](const Run& run, const CellResult& cell, const Metric& metric) {
        return metric.name == kAlwaysTold || gated->holds(run, cell, metric);
    });
}

Result<std::set<std::string>> gate_metric_names() {
    auto policy = read_policy(project_root() / kPolicyFileName);
    if (!policy) return forward(policy);
    std::set<std::string> out = {std::string(kAlwaysTold)};
    for (const auto& line : policy->gates)
        for (const Metric* metric : line.metrics) out.emplace(metric->name);
    return out;
}

}  // namespace diobench
