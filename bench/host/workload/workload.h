// SPDX-License-Identifier: GPL-2.0-only
// Workload and profile files (TOML) into cells.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/plan/guest_plan.h"

namespace diobench {

struct Workload {
    std::string name;
    std::string question;             ///< that it answers, one sentence
    std::vector<std::string> suites;  ///< it is part of
    std::vector<Cell> cells;
};

struct NamedFetch {
    FetchProfile profile;
    std::string purpose;
};
struct NamedDevice {
    DeviceProfile profile;
    std::string purpose;
};

/// A trace of workloads/traces or a job file of workloads/fio.
struct NamedText {
    std::string name;  ///< of the file, without its extension
    std::string text;
};

/// Everything below a workloads folder, read strictly: an unknown key, a value
/// that cannot be, a cell that comes twice is an error with file, line, key
/// and what would be right.
struct WorkloadSet {
    std::vector<Workload> workloads;  ///< by file name
    std::vector<NamedDevice> devices;
    std::vector<NamedFetch> fetches;
    std::vector<NamedText> traces;
    std::vector<NamedText> fio_jobs;

    [[nodiscard]] const NamedText* trace(std::string_view name) const;
    [[nodiscard]] const NamedText* fio_job(std::string_view name) const;
    [[nodiscard]] const DeviceProfile* device(std::string_view name) const;
    [[nodiscard]] const FetchProfile* fetch(std::string_view name) const;
    /// All cells of a suite, in file order; an unknown suite is an error.
    [[nodiscard]] Result<std::vector<Cell>> suite(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> suite_names() const;
};

/// What engines exist, with their largest iodepth.
struct EngineLimit {
    std::string name;
    unsigned max_iodepth = 1;
    bool mapped = false;      ///< for io = mmap, and only for that
};
/// What back ends exist (bench/guest/backend/backend.h).
struct BackendLimit {
    std::string name;
    bool on_demand = false;
    bool contiguous_only = false;
    bool one_blob_only = false;
};
/// What the programs that run the cells can do.
struct Abilities {
    std::vector<EngineLimit> engines;
    std::vector<BackendLimit> backends;
};

[[nodiscard]] Result<WorkloadSet> load_workloads(const fs::path& folder, const Abilities& abilities);
[[nodiscard]] Result<Workload> parse_workload(const std::string& text, const std::string& file, const WorkloadSet& profiles,
                                              const Abilities& abilities);

}  // namespace diobench
