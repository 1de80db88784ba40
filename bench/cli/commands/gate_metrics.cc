// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/gate_metrics.h"

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "bench/common/base/paths.h"
#include "bench/verdict/judge/policy.h"

namespace diobench {

namespace {

/// A policy, and what it says of the cells that were asked for: each is asked for once a row of the metric table.
class Gated {
public:
    explicit Gated(Policy policy) : policy_(std::move(policy)) {}

    bool holds(const Run& run, const CellResult& cell, const Metric& metric) {
        const std::lock_guard lock(mutex_);
        auto [it, is_new] = known_.try_emplace({run.machine, run.suite, cell.cell});
        if (is_new)
            for (const auto& gated : gated_metrics(policy_, cell.cell, run.machine, run.suite)) it->second.insert(gated.metric);
        return it->second.contains(&metric);
    }

private:
    Policy policy_;
    std::map<std::array<std::string, 3>, std::set<const Metric*>> known_;
    std::mutex mutex_;
};

}  // namespace

Result<HistoryMetricFilter> gate_metrics() {
    auto policy = read_policy(project_root() / kPolicyFileName);
    if (!policy) return forward(policy);
    auto gated = std::make_shared<Gated>(std::move(*policy));
    return HistoryMetricFilter([gated](const Run& run, const CellResult& cell, const Metric& metric) {
        return metric.name == "throughput_bytes_per_s" || gated->holds(run, cell, metric);
    });
}

}  // namespace diobench
