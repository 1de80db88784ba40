// SPDX-License-Identifier: GPL-2.0-only
// A whole run: kernels built, machines booted, records gathered, outputs written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/base/files.h"
#include "bench/machine/boot.h"
#include "bench/plan/cell.h"
#include "bench/store/results.h"

namespace diobench {

/// no: nothing is written but the logs of the boots.
enum class KeepRun { yes, no };

struct RunOptions {
    std::vector<std::string> kernels;          ///< series by name or folder, in the order of the report
    std::string suite = "quick";
    std::string filter = "*";                  ///< glob of cell ids
    MachineKind machine = MachineKind::exact;
    std::optional<Accelerator> accelerator;    ///< empty: tcg for exact, probed for kvm
    uint64_t seed = 1;
    fs::path output;                           ///< empty: out/<run id>
    fs::path tree;                             ///< kernel source; empty: the distribution's
    std::string revision;                      ///< of `tree`
    fs::path cache_device;                     ///< machine kvm: what to use as the cache's disk
    unsigned jobs = 0;                         ///< machines side by side; 0: as many as CPUs (exact), one (kvm)
    fs::path profile_directory;                ///< exact: gets KERNEL/DEVICE.txt, instructions by function (docs/profile.md); empty: not counted
    KeepRun keep = KeepRun::yes;
    std::vector<std::string> argv;             ///< for the record
};

/// Ids of the cells that a run with these options measures, in file order.
[[nodiscard]] Result<std::vector<std::string>> planned_cells(const RunOptions& options);

struct RunOutcome {
    Results results;
    fs::path directory;
    ExitCode exit_code = ExitCode::ok;
};

/// Errors are only what makes the whole run impossible (unknown suite or
/// series, no source, no QEMU, interrupt); what one arm does wrong is in the
/// results, and the other arms are still measured.
[[nodiscard]] Result<RunOutcome> run_suite(const RunOptions& options);

}  // namespace diobench
