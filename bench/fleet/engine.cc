// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/engine.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

nlohmann::json EngineSettings::to_json() const {
    return {{"name", name}, {"workers", workers}, {"hosts", hosts.empty() ? "" : fs::absolute(hosts).string()}, {"partition", partition}};
}

EngineSettings EngineSettings::from_json(const nlohmann::json& json) {
    return {json.at("name"), json.at("workers"), json.at("hosts").get<std::string>(), json.at("partition")};
}

Result<std::unique_ptr<FleetEngine>> make_engine(const EngineSettings& settings) {
    if (settings.name == "ssh") return make_ssh_engine(settings);
    if (settings.name == "slurm") return make_slurm_engine(settings);
    return make_local_engine(settings);
}

std::vector<std::string> detached(const std::string& program, const std::vector<std::string>& words, const std::string& log) {
    std::vector<std::string> out = {"setsid", "--fork", "sh", "-c", R"(log=$1; shift; exec "$@" >> "$log" 2>&1 < /dev/null)", "sh", log, program};
    out.insert(out.end(), words.begin(), words.end());
    return out;
}

Status require_common_store(std::string_view engine) {
    const StoreAddress store = default_store();
    if (store.is_postgresql()) return {};
    return fail("fleet submit", store.text(), fmt::format("several hosts cannot share a file of SQLite: --engine {} needs --store postgresql://... (docs/fleet.md)", engine));
}

}  // namespace diobench
