// SPDX-License-Identifier: GPL-2.0-only
// Boots: their initramfs, several side by side, their records kept.
#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "bench/host/kernel/build.h"
#include "bench/host/machine/boot.h"
#include "bench/host/run/boot_archive.h"
#include "bench/host/run/cell_times.h"
#include "bench/host/run/collect.h"
#include "bench/host/run/kernels_of_machine.h"
#include "bench/host/run/run_progress.h"
#include "bench/host/run/run_suite.h"
#include "bench/host/run/shared_boots.h"
#include "bench/host/workload/workload.h"

namespace diobench {

/// What is built for a machine that measures.
[[nodiscard]] constexpr Target target_of(MachineKind machine) { return machine == MachineKind::uml ? Target::uml : Target::bzimage; }

class BootRunner {
public:
    BootRunner(const RunOptions& options, Accelerator accelerator, const WorkloadSet& workloads, fs::path output, RunProgress& told);

    struct Task {
        std::string arm;
        const BuiltKernel* kernel;  ///< null on machine host
        BootReport* report;         ///< records and result are filled
    };
    /// Those that an earlier attempt at this run kept are taken from there.
    /// What happens to a machine is its result; errors end all of it.
    [[nodiscard]] Status run(const std::vector<Task>& tasks, unsigned side_by_side);
    /// Boots that were taken from the cache.
    [[nodiscard]] size_t reused() const { return reused_; }
    /// Boots that were taken from an earlier attempt at this run.
    [[nodiscard]] size_t restored() const { return restored_; }

private:
    /// Everything one boot needs that does not depend on the kernel.
    struct Prepared {
        GuestPlan plan;
        fs::path constant_part;
        uint64_t device_bytes = 0;
        unsigned memory_mib = 0;
    };
    /// The plan for one kernel: its configuration, and what it lacks of what the cells need.
    [[nodiscard]] static GuestPlan plan_for(const Task& task, const Prepared& prepared);
    [[nodiscard]] Result<const Prepared*> prepare(const BootReport& report);
    [[nodiscard]] Result<Prepared> make_prepared(const BootReport& report);
    [[nodiscard]] Result<BootResult> boot_one(const Task& task, const Prepared& prepared, const std::function<void()>& on_cell);
    [[nodiscard]] BootPlace place_of(const Task& task) const;
    /// An error if a silent boot is not the kernel's fault but surely the host's.
    [[nodiscard]] Status refuse_fault_of_host(const Task& task, const BootResult& silent);
    [[nodiscard]] bool reuse(const Task& task, const std::string& key);
    /// Whether the boot was there among those that other machines made.
    [[nodiscard]] Result<bool> take_given(const Task& task, const std::string& key);
    [[nodiscard]] Status keep(const Task& task, const std::string& key) const;
    [[nodiscard]] std::string key_of(const Task& task, const Prepared& prepared) const;

    const RunOptions& options_;
    Accelerator accelerator_;
    const WorkloadSet& workloads_;
    fs::path output_;
    RunProgress& told_;
    BootArchive archive_;
    CellTimes times_;
    std::optional<SharedBoots> shared_;
    std::optional<SharedBoots> given_;
    std::atomic<size_t> reused_{0};
    std::atomic<size_t> restored_{0};
    std::atomic<size_t> fetched_{0};
    std::mutex blame_mutex_;
    std::map<std::string, Blame> blamed_;  ///< silent kernels by image, asked once
    std::mutex mutex_;
    std::optional<TempDirectory> holder_;      ///< of what prepared_ points to
    std::map<std::string, Prepared> prepared_;  ///< by label
};

}  // namespace diobench
