// SPDX-License-Identifier: GPL-2.0-only
// Workload and profile files (TOML) into cells.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/fio/adapt.h"
#include "bench/common/plan/guest_plan.h"

namespace diobench {

/// A job file as it is read here: adapted to the files of a layout, a cell a phase.
struct AdaptedJobFile {
    std::string name;                 ///< of the user's file, without its extension
    std::string layout;
    std::map<std::string, std::string> texts;  ///< by the cell's fio_job
    std::vector<FioChange> changes;
};

struct Workload {
    std::string name;
    std::string question;             ///< that it answers, one sentence
    std::vector<std::string> suites;  ///< it is part of
    std::vector<Cell> cells;
    std::vector<AdaptedJobFile> fio_jobs;  ///< that its cells name
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
    fs::path path{};
};

/// Everything below a workloads folder, read strictly: an unknown key, a value
/// that cannot be, a cell that comes twice is an error with file, line, key
/// and what would be right.
struct WorkloadSet {
    std::vector<Workload> workloads;  ///< by file name
    std::vector<NamedDevice> devices;
    std::vector<NamedFetch> fetches;
    std::vector<NamedText> traces;
    std::vector<NamedText> fio_jobs;  ///< as their owners wrote them

    /// Adapted, of all workloads, each once.
    [[nodiscard]] std::vector<const AdaptedJobFile*> adapted_fio_jobs() const;
    /// What a cell with a job file runs, or nullptr.
    [[nodiscard]] const std::string* fio_text(const Cell& cell) const;
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
/// How fio job files are taken.
struct FioHandling {
    enum class Changes { listed, refused };
    FioClock clock = FioClock::emulated;
    MixedJobs mixed = MixedJobs::left_out;
    Changes changes = Changes::listed;
    std::map<std::string, std::string> variables;  ///< given; the environment's come behind them
};
/// What the programs that run the cells can do.
struct Abilities {
    std::vector<EngineLimit> engines;
    std::vector<BackendLimit> backends;
    FioHandling fio{};
};

/// Of a layout, the files that fio jobs read, bytes each, in their order.
[[nodiscard]] std::vector<uint64_t> fio_file_bytes(const TestImage& layout);
/// Where workloads lie: the user's own, then those that come with diobench.
[[nodiscard]] std::vector<fs::path> workload_folders();
/// What lies in these folders; of two files, or two profiles, of one name the one in the earlier folder counts.  The last has profiles.
[[nodiscard]] Result<WorkloadSet> load_workloads(const std::vector<fs::path>& folders, const Abilities& abilities);
[[nodiscard]] Result<Workload> parse_workload(const std::string& text, const std::string& file, const WorkloadSet& profiles,
                                              const Abilities& abilities);

}  // namespace diobench
