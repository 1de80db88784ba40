// SPDX-License-Identifier: GPL-2.0-only
// How far a request is, for people and for programs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/fleet/fleet_store.h"

namespace diobench {

/// When a running request is expected to have ended: what its jobs still need on the machines that work now, at the pace of
/// those that are done. Nothing if it does not run.
[[nodiscard]] std::optional<int64_t> expected_end(const FleetRequestRow& request, const std::vector<FleetJobRow>& jobs, int64_t now);

/// What a job left to be read, by its name in the depot.
struct FleetLog {
    int64_t job = 0;
    std::string title;
    std::string file;
};

struct FleetStatus {
    FleetRequestRow request;
    std::vector<FleetJobRow> jobs;
    std::vector<FleetTry> tries;
    std::map<std::string, std::string> engine_states;
    std::vector<FleetLog> logs;  ///< of failed tries first
};
[[nodiscard]] Result<FleetStatus> fleet_status(const std::string& id);
[[nodiscard]] std::string status_text(const FleetStatus& status, int64_t now);
[[nodiscard]] nlohmann::ordered_json status_json(const FleetStatus& status, int64_t now);
/// One line a request.
[[nodiscard]] std::string requests_text(const std::vector<FleetRequestRow>& requests);

/// "5 of 12 jobs done, expected end 2026-12-01T04:10:00Z".
[[nodiscard]] std::string progress_sentence(const FleetRequestRow& request, const std::vector<FleetJobRow>& jobs, int64_t now);

}  // namespace diobench
