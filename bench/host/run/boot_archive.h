// SPDX-License-Identifier: GPL-2.0-only
// Boots that are over, so that a run that was killed goes on where it stopped.
#pragma once

#include <optional>
#include <string>

#include "bench/common/base/files.h"
#include "bench/host/run/collect.h"

namespace diobench {

/// One file a boot in a folder of the output directory.  A boot is kept only
/// if it came to its end and none of its cells failed; it is taken again only
/// for the same key: everything that its records depend on.
/// A boot whose numbers stand, so that it need not be made again.
[[nodiscard]] bool worth_keeping(const BootReport& report);
[[nodiscard]] nlohmann::json boot_to_json(const std::string& key, const BootReport& report);
/// Fills records and result; false if it is of another key or version, or half a file.
[[nodiscard]] bool boot_from_json(const nlohmann::json& json, const std::string& key, BootReport& report);

class BootArchive {
public:
    explicit BootArchive(fs::path folder) : folder_(std::move(folder)) {}
    /// Fills records and result of `report`, if a boot of that name and key was kept.
    [[nodiscard]] bool restore(const std::string& name, const std::string& key, BootReport& report) const;
    [[nodiscard]] Status keep(const std::string& name, const std::string& key, const BootReport& report) const;

private:
    [[nodiscard]] fs::path path(const std::string& name) const { return folder_ / (name + ".json"); }
    fs::path folder_;
};

}  // namespace diobench
