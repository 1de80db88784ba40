// SPDX-License-Identifier: GPL-2.0-only
// One claimed job, from its files to its outcome.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/fleet/depot.h"
#include "bench/fleet/fleet_store.h"
#include "bench/fleet/shared_kernels.h"

namespace diobench {

/// Stands in the judge's words for the folder that its result goes to.
inline constexpr const char* kResultPlace = "{result}";

struct JobContext {
    FleetStore& store;
    const FleetRequestRow& request;
    const FleetClaim& claim;
    std::string node;
    Depot depot;
    fs::path folder;                     ///< of this try, on this machine; it exists
};

[[nodiscard]] Result<FleetOutcome> do_build(const JobContext& context);
[[nodiscard]] Result<FleetOutcome> do_shard(const JobContext& context);
[[nodiscard]] Result<FleetOutcome> do_judge(const JobContext& context);

/// This program once more with these words, its output in `log`, until it ends or we are interrupted: its exit status.
[[nodiscard]] Result<int> call_self(const std::vector<std::string>& words, const std::map<std::string, std::string>& environment, const fs::path& log);
/// The kernels that builds of this request made, by the request's names of them.
[[nodiscard]] Result<std::map<std::string, SharedKernel>> built_kernels(const JobContext& context);

/// What a shard measured: its numbers stand if they are of the request's kernel and tools. An error names what is other.
[[nodiscard]] Status check_shard(const JobContext& context, const Results& results, const std::map<std::string, SharedKernel>& kernels);

}  // namespace diobench
