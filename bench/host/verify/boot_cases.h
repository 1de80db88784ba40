// SPDX-License-Identifier: GPL-2.0-only
// Runs conformance cases on one kernel: boots it as often as it takes until
// every case has an outcome.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/console/boot_outcome.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/plan.h"
#include "bench/host/machine/boot.h"
#include "bench/results/store/results.h"

namespace diobench {

/// What one case came to.
struct CaseRecord {
    std::string name;
    Outcome outcome = Outcome::fail;
    std::string text;
    std::string kernel_text;
    double seconds = 0;
};

/// What cases are run on.
struct CaseMachine {
    MachineKind kind = MachineKind::uml;
    Accelerator accelerator = Accelerator::tcg;
    unsigned cpus = 1;
    unsigned memory_mib = 640;
    std::string slub_debug = "F";        ///< checks of the slab allocator, as on the kernel's command line
    std::string kernel_parameters = {};  ///< beside those of every machine
};

struct CaseBoots {
    CaseMachine machine = {};
    std::string label;              ///< names the log files
    fs::path kernel_image;          ///< built for the machine
    fs::path constant_initramfs;
    fs::path work_directory;        ///< for the initramfs of each boot
    fs::path log_directory;
    ConformancePlan plan;           ///< its cases are replaced for each boot
    size_t cases_per_boot = 0;      ///< 0: no limit
    std::function<void(const CaseRecord&)> on_case;
    std::function<bool()> enough;   ///< true: no further case is wanted; may be empty
};

struct CaseRun {
    std::vector<CaseRecord> cases;  ///< one for each that was asked for, unless `enough` said so
    std::vector<BootEntry> boots;
    DirectSupport direct = DirectSupport::unknown;  ///< as declared, or as found out
    std::optional<BootResult> silent;  ///< a boot of which nothing was heard at all
    std::string machine_fault;      ///< why no case could be run at all; empty if that did not happen
    std::string command;            ///< of the first boot, as one would type it
    std::string kernel_command_line;
};

/// Runs `cases` in order.  A case during which the kernel dies, hangs or
/// complains fails, and those after it get a new boot.  Errors: an interrupt,
/// files that cannot be written.
[[nodiscard]] Result<CaseRun> run_cases(const CaseBoots& setup, std::vector<std::string> cases);

}  // namespace diobench
