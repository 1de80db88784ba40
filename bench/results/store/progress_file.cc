// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/progress_file.h"

#include <nlohmann/json.hpp>

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

Json state_json(const ProgressState& s) {
    return {{"schema_version", kProgressSchemaVersion}, {"kind", s.kind}, {"id", s.id}, {"suite", s.suite}, {"machine", s.machine}, {"state", s.state},
            {"stage", s.stage}, {"what", s.what}, {"done", s.done}, {"total", s.total}, {"started_at", s.started_at}, {"updated_at", s.updated_at},
            {"exit_code", s.exit_code ? Json(*s.exit_code) : Json()}};
}

ProgressState parse_state(const Json& json) {
    ProgressState s;
    for (auto [key, text] : {std::pair{"kind", &s.kind}, {"id", &s.id}, {"suite", &s.suite}, {"machine", &s.machine}, {"state", &s.state}, {"stage", &s.stage},
                             {"what", &s.what}, {"started_at", &s.started_at}, {"updated_at", &s.updated_at}})
        *text = json.at(key).get<std::string>();
    s.done = json.at("done").get<int64_t>();
    s.total = json.at("total").get<int64_t>();
    if (const auto& code = json.at("exit_code"); !code.is_null()) s.exit_code = code.get<int64_t>();
    return s;
}

}  // namespace

Status write_progress_file(const fs::path& folder, const ProgressState& state) {
    return write_file_atomic(folder / kProgressFileName, state_json(state).dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Result<std::optional<ProgressState>> read_progress_file(const fs::path& folder) {
    const fs::path file = folder / kProgressFileName;
    std::error_code ec;
    if (!fs::exists(file, ec)) return std::optional<ProgressState>();
    auto text = read_file(file);
    if (!text) return forward(text);
    try {
        const auto json = Json::parse(*text);
        if (json.at("schema_version").get<int64_t>() != kProgressSchemaVersion) return fail("read progress", file.string(), "it is of another version");
        return std::optional<ProgressState>(parse_state(json));
    } catch (const Json::exception& e) {
        return fail("read progress", file.string(), e.what());
    }
}

}  // namespace diobench
