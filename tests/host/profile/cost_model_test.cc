// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/cost_model.h"

#include <gtest/gtest.h>

#include "bench/host/machine/plugin/processor.h"

using namespace diobench;

namespace {

constexpr plugin::Processor kProcessor = plugin::kModelledProcessor;

/// 1,000 reads that each take 10,000 ns of the virtual clock: 4,000 instructions, the rest is waiting.
CellProfile profile() {
    CellProfile out;
    out.ops = 1000;
    out.elapsed_ns = 10'000'000;
    out.functions["work"] = {4'000'000, 0, 0, 0};
    out.traffic.emplace();
    return out;
}

}  // namespace

TEST(CostModel, WithoutSimulatedCachesIsUnknown) {
    CellProfile counted = profile();
    counted.traffic.reset();
    EXPECT_FALSE(modelled_cpu_ns(counted));
    EXPECT_FALSE(modelled_stretch(counted));
}

TEST(CostModel, ChargesInstructionsAndStepsOfStringInstructionsApart) {
    CellProfile p = profile();
    EXPECT_DOUBLE_EQ(*modelled_cpu_ns(p), 4e6 * kProcessor.instruction_cycles / kProcessor.cycles_per_ns);
    p.traffic->string_steps = 1'000'000;
    EXPECT_DOUBLE_EQ(*modelled_cpu_ns(p), (3e6 * kProcessor.instruction_cycles + 1e6 * kProcessor.string_cycles) / kProcessor.cycles_per_ns);
}

TEST(CostModel, ChargesEveryWayIntoTheKernel) {
    CellProfile p = profile();
    const double before = *modelled_cpu_ns(p);
    p.functions["entry_SYSCALL_64"] = {0, 0, 0, 1000};
    EXPECT_DOUBLE_EQ(*modelled_cpu_ns(p) - before, 1000 * kProcessor.syscall_cycles / kProcessor.cycles_per_ns);
    p.functions["native_irq_return_iret"] = {0, 0, 0, 1000};
    EXPECT_DOUBLE_EQ(*modelled_cpu_ns(p) - before, 1000 * (kProcessor.syscall_cycles + kProcessor.interrupt_cycles) / kProcessor.cycles_per_ns);
}

TEST(CostModel, KnowsWhatWaysIntoTheKernelTakeInUserModeLinux) {
    CellProfile p = profile();
    EXPECT_DOUBLE_EQ(*modelled_cpu_ns(p, plugin::kUserModeLinux), *modelled_cpu_ns(p)) << "all else is the same processor's";
    p.functions["exc_page_fault"] = {0, 0, 0, 1000};
    const double before = *modelled_cpu_ns(p);
    EXPECT_GT(*modelled_cpu_ns(p, plugin::kUserModeLinux), before + 1000 * 1000) << "more than a microsecond each";
    p.functions["entry_SYSCALL_64"] = {0, 0, 0, 1000};
    EXPECT_GT(*modelled_cpu_ns(p, plugin::kUserModeLinux), before + 2 * 1000 * 1000);
}

TEST(CostModel, LeavesWaitingForTheDeviceAsItWas) {
    CellProfile p = profile();
    const double waiting = 6e6;
    EXPECT_DOUBLE_EQ(*modelled_stretch(p), (waiting + *modelled_cpu_ns(p)) / 1e7);
    p.functions["arch_cpu_idle"] = {0, 0, 0, 1000};
    EXPECT_DOUBLE_EQ(*modelled_stretch(p), (waiting + 1000 * kProcessor.wakeup_ns + *modelled_cpu_ns(p)) / 1e7);
}
