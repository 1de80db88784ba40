// SPDX-License-Identifier: GPL-2.0-only
// Who has the jobs of a request done: a scheduler, or workers on one or several machines. One file an engine.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/fleet/fleet_store.h"

namespace diobench {

class FleetEngine {
public:
    virtual ~FleetEngine() = default;
    /// How many jobs it can do side by side. An error if it cannot do any: what is missing, and what to do.
    [[nodiscard]] virtual Result<size_t> slots() = 0;
    /// Has these jobs done, each after what it needs: the engine's names of them by number, those that it has.
    [[nodiscard]] virtual Result<std::map<int64_t, std::string>> start(const FleetRequestRow& request, const std::vector<FleetJobRow>& jobs) = 0;
    /// What it says of jobs that are not ended, by the engine's names: "PENDING (Resources)". Those that it does not know are not in it.
    [[nodiscard]] virtual Result<std::map<std::string, std::string>> states(const std::vector<std::string>& names) = 0;
    /// After the store has: what has not begun does not begin.
    [[nodiscard]] virtual Status cancel(const std::vector<std::string>& names) = 0;
};

/// What an engine has to know, as submit is told, and kept with the request for retry.
struct EngineSettings {
    std::string name;            ///< "local", "ssh", "slurm"
    uint64_t workers = 0;        ///< local: side by side; 0: half the CPUs, one at least
    fs::path hosts;              ///< ssh: hosts.toml
    std::string partition;       ///< slurm; empty: the default
    [[nodiscard]] nlohmann::json to_json() const;
    /// Throws nlohmann::json::exception.
    [[nodiscard]] static EngineSettings from_json(const nlohmann::json& json);
};

inline constexpr const char* kEngines[] = {"local", "ssh", "slurm"};
[[nodiscard]] Result<std::unique_ptr<FleetEngine>> make_engine(const EngineSettings& settings);

[[nodiscard]] std::unique_ptr<FleetEngine> make_local_engine(const EngineSettings& settings);
[[nodiscard]] Result<std::unique_ptr<FleetEngine>> make_ssh_engine(const EngineSettings& settings);
[[nodiscard]] std::unique_ptr<FleetEngine> make_slurm_engine(const EngineSettings& settings);

/// Words that begin `program` with `words` so that it outlives whoever says so, its output in `log`.
[[nodiscard]] std::vector<std::string> detached(const std::string& program, const std::vector<std::string>& words, const std::string& log);
/// An error if machines beyond this one would have to reach a store that is a file of this one.
[[nodiscard]] Status require_common_store(std::string_view engine);

}  // namespace diobench
