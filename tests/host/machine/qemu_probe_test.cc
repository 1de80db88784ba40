// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/qemu_probe.h"

#include <gtest/gtest.h>

using namespace diobench;

TEST(QemuProbe, RunsItsFirmwareOnBothMachinesAndWithThePlugin) {
    const QemuProbe plain = probe_qemu(MachineKind::exact, WithPlugin::no);
    if (plain.version.empty()) GTEST_SKIP() << plain.reason;
    EXPECT_TRUE(plain.usable) << plain.reason;
    EXPECT_TRUE(probe_qemu(MachineKind::kvm, WithPlugin::no).usable) << probe_qemu(MachineKind::kvm, WithPlugin::no).reason;
    const QemuProbe counting = probe_qemu(MachineKind::exact, WithPlugin::yes);
    EXPECT_TRUE(counting.usable) << counting.reason;
}
