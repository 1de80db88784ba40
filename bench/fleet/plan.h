// SPDX-License-Identifier: GPL-2.0-only
// A request as jobs: a build for each kernel, shards of about equal length, and one that judges.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/fleet/request.h"

namespace diobench {

/// One boot of one kernel, the least that a machine can be given.
struct FleetUnit {
    std::string kernel;     ///< as the request names it
    size_t run = 0;         ///< of FleetPlan::runs
    std::string boot;       ///< label
    double expected_s = 0;
};

enum class JobKind { build, shard, judge };
[[nodiscard]] std::string_view job_kind_name(JobKind kind);

struct FleetJob {
    int64_t number = 0;          ///< from 1, in the order of the plan
    JobKind kind = JobKind::shard;
    std::string kernel;          ///< of a build or a shard; of a judge empty
    std::vector<FleetUnit> units;  ///< of a shard
    bool whole = false;          ///< judge: it measures as well, alone on its machine
    double expected_s = 0;
    std::vector<int64_t> needs;  ///< jobs that are done before

    /// "shard 4: dio, boots ram, nvme-80us-2".
    [[nodiscard]] std::string text() const;
    [[nodiscard]] nlohmann::json work() const;  ///< units and whole, as JSON
};

struct FleetPlan {
    std::vector<nlohmann::json> runs;  ///< options of each run (bench/host/run/resume_file.h)
    std::vector<FleetJob> jobs;
};

/// Units of one kernel to `count` shards, at most one a unit, of about equal length: the longest unit first, always to the
/// shard that has least. The longest shard is at most 4/3 of the best that is possible (Graham 1969).
[[nodiscard]] std::vector<std::vector<FleetUnit>> equal_shards(std::vector<FleetUnit> units, size_t count);
/// The same of several kernels: each gets as many of `count` shards as its length asks for, and at least one.
[[nodiscard]] std::vector<std::vector<FleetUnit>> equal_shards_of_kernels(const std::vector<FleetUnit>& units, const std::vector<std::string>& kernels, size_t count);

/// What a request means on this machine now; `shards`: how many, if the request does not say. Errors, all at once: as its
/// command refuses them, and what cannot be shared.
[[nodiscard]] Result<FleetPlan> plan_fleet(const FleetRequest& request, size_t shards);

}  // namespace diobench
