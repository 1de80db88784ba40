// SPDX-License-Identifier: GPL-2.0-only
// From the records of boots to the results of a kernel.  Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/common/plan/cell.h"
#include "bench/host/kernel/build.h"
#include "bench/host/machine/boot.h"
#include "bench/results/store/results.h"

namespace diobench {

/// One boot of one kernel: what was asked and what came back.
struct BootReport {
    int64_t boot = 0;
    std::string label;                   ///< names its files: "ram", "ram-2-seed7"
    std::string device;
    uint64_t seed = 1;
    std::vector<Cell> cells;             ///< asked for
    std::vector<nlohmann::json> records; ///< as they came
    BootResult result;
};

/// What one arm's boots amount to.
struct ArmOutcome {
    KernelStatus status = KernelStatus::ok;
    std::string reason;
    std::vector<ConformanceEntry> conformance;
    std::vector<BootEntry> boots;
    /// Elements of results.json's "cells", one for each cell asked for, in that order.
    std::vector<nlohmann::ordered_json> cells;
};

/// DESIGN's rules 1 and 7: an arm whose machine died, or that returned wrong
/// bytes which its series does not list as known, has no number at all; a
/// cell that did not come back is `failed`.
[[nodiscard]] ArmOutcome collect_arm(const std::string& kernel, const std::vector<KnownFailure>& known,
                                     const std::vector<BootReport>& boots);
/// Several boots verify the same: the worse answer stands.
void add_conformance(std::vector<ConformanceEntry>& all, ConformanceEntry entry);
/// An element of results.json's "cells" that is ok has no number any more if its kernel's status is not ok.
void withdraw_number(nlohmann::ordered_json& row, KernelStatus status, const std::string& reason);
/// What results.json says of a kernel before anything was done with it; `kernel` is null if it was not built.
[[nodiscard]] KernelResult describe_kernel(const std::string& name, const std::vector<Series>& chain, const BuiltKernel* kernel);
/// The same of the kernel that is running here.
[[nodiscard]] KernelResult describe_host_kernel();
/// The cells of an arm that never ran, with the reason.
[[nodiscard]] std::vector<nlohmann::ordered_json> absent_cells(const std::string& kernel, const std::vector<Cell>& cells,
                                                               const std::string& reason);

}  // namespace diobench
