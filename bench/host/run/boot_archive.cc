// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/boot_archive.h"

#include <algorithm>

namespace diobench {

bool worth_keeping(const BootReport& report) {
    return report.result.usable() && std::none_of(report.records.begin(), report.records.end(), [](const nlohmann::json& record) {
        return record.value("type", "") == "error" || record.value("status", "") == "failed";
    });
}

nlohmann::json boot_to_json(const std::string& key, const BootReport& report) {
    return {{"key", key}, {"console_log", report.result.console_log.string()}, {"elapsed_s", report.result.elapsed_s},
            {"machine_command", report.result.machine_command},
            {"kernel_command_line", report.result.kernel_command_line}, {"records", report.records}};
}

bool boot_from_json(const nlohmann::json& json, const std::string& key, BootReport& report) {
    if (!json.is_object() || json.value("key", "") != key) return false;
    try {
        BootResult result;
        result.outcome = BootOutcome::ok;
        result.complete = true;
        result.console_log = json.at("console_log").get<std::string>();
        result.records = json.at("records").size();
        result.elapsed_s = json.at("elapsed_s");
        result.machine_command = json.at("machine_command");
        result.kernel_command_line = json.at("kernel_command_line");
        report.records = json.at("records").get<std::vector<nlohmann::json>>();
        report.result = std::move(result);
        return true;
    } catch (const nlohmann::json::exception&) {
        return false;  // half of a file of another version: the boot is made again
    }
}

bool BootArchive::restore(const std::string& name, const std::string& key, BootReport& report) const {
    auto text = read_file(path(name));
    return text && boot_from_json(nlohmann::json::parse(*text, nullptr, false), key, report);
}

Status BootArchive::keep(const std::string& name, const std::string& key, const BootReport& report) const {
    if (!worth_keeping(report)) return {};
    if (auto s = make_directories(folder_); !s) return s;
    return write_file_atomic(path(name), boot_to_json(key, report).dump());
}

}  // namespace diobench
