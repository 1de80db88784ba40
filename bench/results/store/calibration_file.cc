// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/calibration_file.h"

#include "bench/common/base/paths.h"

namespace diobench {

namespace {

fs::path kept_at(const std::string& machine) { return cache_root() / ("calibration-" + machine + ".json"); }

}  // namespace

Status write_calibration(const fs::path& directory, const nlohmann::ordered_json& calibration) {
    return write_file_atomic(directory / kCalibrationFileName, calibration.dump(2) + "\n");
}

Status keep_calibration(const nlohmann::ordered_json& calibration) {
    return write_file_atomic(kept_at(calibration.at("machine").get<std::string>()), calibration.dump(2) + "\n");
}

Status copy_calibration(const std::string& machine, const fs::path& directory) {
    std::error_code ec;
    if (!fs::exists(kept_at(machine), ec)) return {};
    auto text = read_file(kept_at(machine));
    if (!text) return forward(text);
    return write_file_atomic(directory / kCalibrationFileName, *text);
}

}  // namespace diobench
