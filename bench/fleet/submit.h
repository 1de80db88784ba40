// SPDX-License-Identifier: GPL-2.0-only
// Requests: submitted, followed, cancelled, tried again.
#pragma once

#include <functional>
#include <string>

#include "bench/fleet/engine.h"
#include "bench/fleet/fleet_store.h"
#include "bench/fleet/request.h"

namespace diobench {

struct SubmitOptions {
    EngineSettings engine;
    std::string depot;  ///< empty: fleet/ of the cache, which only machines of one host see
};

/// Plans a request, puts it in the store and has the engine begin with it: its row.
[[nodiscard]] Result<FleetRequestRow> submit_request(const FleetRequest& request, const SubmitOptions& options);

/// Returns when it has ended, or an interrupt came; `on_change` is called whenever a job has another state.
[[nodiscard]] Result<FleetRequestRow> follow_request(const std::string& id, const std::function<void(const FleetRequestRow&, const std::vector<FleetJobRow>&)>& on_change);

/// Returns when nobody works at it any more.
[[nodiscard]] Status cancel_request(const std::string& id);

/// What failed, or was never ended, or job `number` begins anew.
[[nodiscard]] Status retry_request(const std::string& id, std::optional<int64_t> number);

}  // namespace diobench
