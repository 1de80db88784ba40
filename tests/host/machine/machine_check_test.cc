// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/machine_check.h"

#include <gtest/gtest.h>
#include <unistd.h>

using namespace diobench;

TEST(MachineCheck, OneSentence) {
    EXPECT_EQ((MachineCheck{MachineKind::uml, Runs::no, "it rains", "wait", 0}.sentence()), "machine uml does not run on this host: it rains; wait");
    EXPECT_EQ((MachineCheck{MachineKind::kvm, Runs::no, "no /dev/kvm", "", 0}.sentence()), "machine kvm does not run on this host: no /dev/kvm");
}

TEST(MachineCheck, AMachineIsRequiredAsItIsChecked) {
    for (MachineKind kind : {MachineKind::exact, MachineKind::kvm, MachineKind::uml, MachineKind::host}) {
        const MachineUse use{kind, kind == MachineKind::kvm ? Accelerator::kvm : Accelerator::tcg};
        const MachineCheck check = check_machine(use);
        EXPECT_EQ(check.kind, kind);
        EXPECT_FALSE(check.what.empty());
        auto required = require_machine(use);
        EXPECT_EQ(required.has_value(), check.runs != Runs::no) << check.what;
        if (!required) {
            EXPECT_EQ(required.error().message(), check.sentence());
            EXPECT_EQ(required.error().code, ExitCode::usage);
        }
    }
    EXPECT_EQ(check_machine({MachineKind::host}).runs, ::geteuid() == 0 ? Runs::yes : Runs::no);
}
