// SPDX-License-Identifier: GPL-2.0-only
// Workload and profile files (TOML) into cells.
#pragma once

#include <string>
#include <vector>

#include "bench/base/files.h"
#include "bench/plan/guest_plan.h"

namespace diobench {

struct Workload {
    std::string name;
    std::string question;             ///< that it answers, one sentence
    std::vector<std::string> suites;  ///< it is part of
    std::vector<Cell> cells;
    std::string fetch;                ///< fetch profile of its remote cells
};

struct NamedFetch {
    FetchProfile profile;
    std::string purpose;
};
struct NamedDevice {
    DeviceProfile profile;
    std::string purpose;
};

/// Everything below a workloads folder, read strictly: an unknown key, a value
/// that cannot be, a cell that comes twice is an error with file, line, key
/// and what would be right.
struct WorkloadSet {
    std::vector<Workload> workloads;  ///< by file name
    std::vector<NamedDevice> devices;
    std::vector<NamedFetch> fetches;

    [[nodiscard]] const DeviceProfile* device(std::string_view name) const;
    [[nodiscard]] const FetchProfile* fetch(std::string_view name) const;
    /// All cells of a suite, in file order; an unknown suite is an error.
    [[nodiscard]] Result<std::vector<Cell>> suite(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> suite_names() const;
};

/// `extra` are further workload files of the user's; they are part of every suite asked for.
/// `engines` are the names of engines that exist, with their largest iodepth.
struct EngineLimit {
    std::string name;
    unsigned max_iodepth = 1;
};
[[nodiscard]] Result<WorkloadSet> load_workloads(const fs::path& folder, const std::vector<EngineLimit>& engines);
[[nodiscard]] Result<Workload> parse_workload(const std::string& text, const std::string& file, const WorkloadSet& profiles,
                                              const std::vector<EngineLimit>& engines);

}  // namespace diobench
