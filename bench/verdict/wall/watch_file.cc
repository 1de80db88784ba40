// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/wall/watch_file.h"

#include <nlohmann/json.hpp>

namespace diobench {

Status write_watch(const fs::path& directory, const BootWatch& watch) {
    const nlohmann::json json = {{"steal", watch.steal}, {"pressure", watch.pressure ? nlohmann::json(*watch.pressure) : nlohmann::json()}, {"sentinels_ns", watch.sentinels}};
    return write_file_atomic(directory / kWatchFileName, json.dump(2) + "\n");
}

std::optional<BootWatch> read_watch(const fs::path& directory) {
    auto text = read_file(directory / kWatchFileName);
    if (!text) return std::nullopt;
    try {
        const auto json = nlohmann::json::parse(*text);
        BootWatch out;
        out.steal = json.at("steal");
        if (const auto& pressure = json.at("pressure"); !pressure.is_null()) out.pressure = pressure.get<double>();
        out.sentinels = json.at("sentinels_ns").get<std::map<std::string, double>>();
        return out;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

Status forget_watch(const fs::path& directory) {
    std::error_code ec;
    fs::remove(directory / kWatchFileName, ec);
    if (ec) return fail_errno("remove", (directory / kWatchFileName).string(), ec.value());
    return {};
}

}  // namespace diobench
