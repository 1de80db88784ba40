// SPDX-License-Identifier: GPL-2.0-only
// A whole run: kernels built, machines booted, records gathered, outputs written.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/base/terminal.h"
#include "bench/common/plan/cell.h"
#include "bench/common/plan/cell_filter.h"
#include "bench/host/machine/boot.h"
#include "bench/host/run/boot_plan.h"
#include "bench/host/run/own_workloads.h"
#include "bench/results/store/results.h"

namespace diobench {

/// A kernel that was built elsewhere and is in the cache: neither its source nor a compiler is needed.
struct GivenKernel {
    std::string key;                        ///< bench/host/kernel/cache.h
    std::vector<std::string> config_lines;  ///< BuiltKernel's
    std::vector<std::string> notes;
};

/// no: nothing is written but the logs of the boots.
enum class KeepRun { yes, no };

struct RunOptions {
    std::vector<std::string> kernels;          ///< SERIES or SERIES@BASE (bench/host/kernel/base.h), in the order of the report
    std::string suite = "quick";
    OwnWorkloads own;                          ///< instead of a suite
    CellFilter filter;
    std::vector<std::string> only;             ///< of those, these ids; empty: all
    bool backwards = false;                    ///< the cells of a boot in reverse order: what a read leaves behind falls on other reads
    unsigned shard = 1;                        ///< which part of the boots, of `shards`
    unsigned shards = 1;
    std::vector<std::string> boots;            ///< of those, these labels (bench/host/run/boot_plan.h); empty: all
    unsigned seeds = 1;                        ///< how often all of it is made: with seed, seed + 1...
    std::string run_id;                        ///< of a run that is resumed; empty: a new one
    MachineKind machine = MachineKind::exact;
    std::optional<Accelerator> accelerator;    ///< empty: tcg for exact, probed for kvm
    uint64_t seed = 1;
    fs::path output;                           ///< empty: out/<run id>
    fs::path tree;                             ///< kernel source; empty: the distribution's
    std::string revision;                      ///< of `tree`
    std::map<std::string, GivenKernel> given;  ///< kernels that are not to be built, by their shown names
    std::vector<std::string> allow_missing;    ///< symbols of the configuration that kernels need not take
    fs::path cache_device;                     ///< machine kvm: what to use as the cache's disk
    unsigned jobs = 0;                         ///< machines side by side; 0: as many as CPUs (exact), one (kvm)
    fs::path profile_directory;                ///< exact: gets KERNEL/BOOT.txt, counts by function (docs/profile.md), from which metrics follow; empty: not counted
    bool cost_model = false;                   ///< exact: simulate a processor's caches as well (bench/host/profile/cost_model.h); needs profile_directory
    KeepRun keep = KeepRun::yes;
    bool share_boots = false;                  ///< exact: keep boots in the cache for later gates
    std::vector<std::string> reuse_boots_of;   ///< exact: arms whose boots may be taken from there
    Progress::Shown shown = Progress::Shown::yes;
    /// Told of every step, beside what a person sees: boots done, of how many, and what was last heard of.
    std::function<void(size_t done, size_t total, std::string_view what)> on_progress;
    std::vector<std::string> argv;             ///< for the record
};

/// Name of the only arm of machine host.
inline constexpr const char* kHostKernel = "host";

/// Ids of the cells that a run with these options measures, in file order.
[[nodiscard]] Result<std::vector<std::string>> planned_cells(const RunOptions& options);

/// The boots that a run with these options makes of each kernel, those of its shard alone.
struct BootsOfRun {
    std::vector<PlannedBoot> boots;
    std::string plan_sha256;  ///< of the boots of all shards
};
[[nodiscard]] Result<BootsOfRun> planned_boots(const RunOptions& options);

struct RunOutcome {
    Results results;
    fs::path directory;
    size_t reused_boots = 0;  ///< taken from the cache
    size_t restored_boots = 0;  ///< taken from an earlier attempt at this run
    ExitCode exit_code = ExitCode::ok;
};

/// Errors are only what makes the whole run impossible (unknown suite or
/// series, no source, no QEMU, interrupt); what one arm does wrong is in the
/// results, and the other arms are still measured.
[[nodiscard]] Result<RunOutcome> run_suite(const RunOptions& options);

}  // namespace diobench
