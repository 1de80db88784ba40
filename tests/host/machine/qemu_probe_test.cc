// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/qemu_probe.h"

#include <gtest/gtest.h>

using namespace diobench;

TEST(QemuProbe, RunsItsFirmwareOnBothMachines) {
    const QemuProbe plain = probe_qemu(MachineKind::exact);
    if (plain.version.empty()) GTEST_SKIP() << plain.reason;
    EXPECT_TRUE(plain.usable) << plain.reason;
    const QemuProbe kvm = probe_qemu(MachineKind::kvm);
    EXPECT_TRUE(kvm.usable) << kvm.reason;
}
