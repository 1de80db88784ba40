// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/blame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "bench/host/machine/qemu_probe.h"
#include "bench/host/machine/uml_probe.h"

using namespace diobench;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

BootResult silent_boot() {
    BootResult result;
    result.outcome = BootOutcome::panic;
    result.reason = "the kernel panicked: Attempted to kill init!";
    return result;
}

Blame blame_uml(const BootResult& silent) { return whose_fault(MachineKind::uml, Accelerator::tcg, "/no/such/linux", silent, {"/no/such/linux", "/no/other/linux"}); }

}  // namespace

TEST(Blame, OnlyABootWithoutARecordIsAsked) {
    BootResult result = silent_boot();
    EXPECT_TRUE(was_silent(result));
    result.records = 1;
    EXPECT_FALSE(was_silent(result));
    result = BootResult();
    result.outcome = BootOutcome::ok;
    EXPECT_TRUE(was_silent(result)) << "an orderly end that says nothing";
}

TEST(Blame, WhatTheHostLacksIsItsFault) {
    BootResult result = silent_boot();
    result.host_lacks = true;
    result.reason = "no space is left in /logs";
    const Blame blame = blame_uml(result);
    EXPECT_EQ(blame.fault, Fault::host);
    EXPECT_EQ(blame.sentence, "machine uml does not run on this host: no space is left in /logs");
}

TEST(Blame, WithoutAnotherKernelNobodyIsBlamed) {
    if (!probe_uml().usable) GTEST_SKIP() << probe_uml().reason;
    const Blame blame = blame_uml(silent_boot());
    EXPECT_EQ(blame.fault, Fault::unknown);
    EXPECT_THAT(blame.sentence, AllOf(HasSubstr("it is not known whether"), HasSubstr("Attempted to kill init"), HasSubstr("base")));
}

TEST(Blame, AnotherKernelThatDoesNotRunEitherSpeaksForNobody) {
    if (!probe_uml().usable) GTEST_SKIP() << probe_uml().reason;
    auto directory = TempDirectory::create(fs::temp_directory_path(), "diobench-blame");
    ASSERT_TRUE(directory);
    const fs::path other = directory->path() / "linux";
    ASSERT_TRUE(write_file_atomic(other, "not a kernel"));
    const Blame blame = whose_fault(MachineKind::uml, Accelerator::tcg, "/no/such/linux", silent_boot(), {other});
    EXPECT_EQ(blame.fault, Fault::unknown);
    EXPECT_THAT(blame.sentence, AllOf(HasSubstr("neither this kernel"), HasSubstr("another one of the cache")));
}

TEST(Blame, RegistersWithoutRoomAreNotThePatchsFault) {
    if (!probe_uml().usable) GTEST_SKIP() << probe_uml().reason;
    auto directory = TempDirectory::create(fs::temp_directory_path(), "diobench-blame");
    ASSERT_TRUE(directory);
    BootResult result = silent_boot();
    result.console_log = directory->path() / "console.txt";
    ASSERT_TRUE(write_file_atomic(result.console_log, "userspace - ptrace set fp regs failed, errno = 14\n"));
    const Blame blame = blame_uml(result);
    EXPECT_EQ(blame.fault, Fault::host);
    EXPECT_THAT(blame.sentence, AllOf(HasSubstr(std::to_string(probe_uml().xsave_bytes) + " bytes"), HasSubstr("AMX")));
}

TEST(Blame, TheEmulatorExecutesWhatItIsGiven) {
    if (!probe_qemu(MachineKind::exact).usable) GTEST_SKIP() << probe_qemu(MachineKind::exact).reason;
    EXPECT_EQ(whose_fault(MachineKind::exact, Accelerator::tcg, "/no/such/bzImage", silent_boot(), {}).fault, Fault::kernel);
}

TEST(Blame, AKernelThatWasHeardShowsThatTheMachineWorks) {
    EXPECT_FALSE(was_heard(MachineKind::kvm, Accelerator::kvm));
    note_heard(MachineKind::kvm, Accelerator::kvm);
    EXPECT_EQ(whose_fault(MachineKind::kvm, Accelerator::kvm, "/no/such/bzImage", silent_boot(), {}).fault, Fault::kernel);
    EXPECT_FALSE(was_heard(MachineKind::kvm, Accelerator::tcg));
}
