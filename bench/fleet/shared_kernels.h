// SPDX-License-Identifier: GPL-2.0-only
// Kernels that a fleet builds once: fetched from the depot before they are built, checked by hash when they arrive.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/fleet/depot.h"
#include "bench/fleet/fleet_store.h"
#include "bench/host/kernel/build.h"
#include "bench/host/run/run_suite.h"

namespace diobench {

/// What a build came to, for machines that have neither its source nor a compiler.
struct SharedKernel {
    std::string key;
    std::string image_sha256;
    std::vector<std::string> config_lines;  ///< BuiltKernel's
    std::vector<std::string> notes;

    [[nodiscard]] nlohmann::json to_json() const { return {{"key", key}, {"image_sha256", image_sha256}, {"config_lines", config_lines}, {"notes", notes}}; }
    /// Throws nlohmann::json::exception.
    [[nodiscard]] static SharedKernel from_json(const nlohmann::json& json) {
        return {json.at("key"), json.at("image_sha256"), json.at("config_lines").get<std::vector<std::string>>(), json.at("notes").get<std::vector<std::string>>()};
    }
};

/// Builds a kernel for all, or fetches it from the one who did, or waits for who does.
[[nodiscard]] Result<SharedKernel> build_shared(FleetStore& store, const Depot& depot, const RunOptions& run, const std::string& kernel, const std::string& node, int64_t lease_s);
/// Sees to it that the kernel is in this machine's cache, this very image: from there or from the depot. An error if it is in neither.
[[nodiscard]] Status fetch_shared(const Depot& depot, const SharedKernel& kernel);

}  // namespace diobench
