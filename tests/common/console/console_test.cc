// SPDX-License-Identifier: GPL-2.0-only
// The texts in data/ are excerpts of consoles of a 6.12.117 kernel that was
// made to fail: init ended, instructions of a system call were overwritten
// from a debugger, a block device took 90 s.
#include "bench/common/console/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/files.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

ConsoleScanner scan(const std::string& text) {
    ConsoleScanner scanner;
    scanner.add(text);
    scanner.close();
    return scanner;
}

struct Case {
    const char* file;
    BootOutcome outcome;
    const char* evidence;
};

class RealConsole : public testing::TestWithParam<Case> {};

}  // namespace

TEST_P(RealConsole, IsClassified) {
    auto text = read_file(fs::path(DIOBENCH_TEST_DATA) / GetParam().file);
    ASSERT_TRUE(text);
    auto scanner = scan(*text);
    EXPECT_TRUE(scanner.kernel_seen());
    EXPECT_EQ(outcome_name(scanner.outcome()), outcome_name(GetParam().outcome));
    EXPECT_THAT(scanner.evidence(), HasSubstr(GetParam().evidence));
    // Byte by byte, and with the carriage returns of a serial line, it is the same.
    ConsoleScanner slow;
    for (char c : *text) {
        if (c == '\n') slow.add("\r");
        slow.add(std::string(1, c));
    }
    slow.close();
    EXPECT_EQ(slow.outcome(), scanner.outcome());
    EXPECT_EQ(slow.evidence(), scanner.evidence());
}

INSTANTIATE_TEST_SUITE_P(
    Excerpts, RealConsole,
    testing::Values(Case{"ok.txt", BootOutcome::ok, ""},
                    Case{"panic-init-killed.txt", BootOutcome::panic, "Attempted to kill init! exitcode=0x00000300"},
                    // The panic that follows an oops is its consequence.
                    Case{"oops-invalid-opcode.txt", BootOutcome::oops, "Oops: invalid opcode: 0000 [#1] SMP"},
                    Case{"oops-null-pointer.txt", BootOutcome::oops, "BUG: kernel NULL pointer dereference, address: 0000000000000010"},
                    Case{"oops-general-protection.txt", BootOutcome::oops, "general protection fault"},
                    Case{"warning.txt", BootOutcome::warning, "WARNING: CPU: 0 PID: 1 at"},
                    Case{"hang-soft-lockup.txt", BootOutcome::hang, "soft lockup - CPU#0 stuck for 26s! [init:1]"},
                    Case{"hang-blocked-task.txt", BootOutcome::hang, "INFO: task init:1 blocked for more than 20 seconds."}),
    [](const auto& which) {
        std::string name = which.param.file;
        for (char& c : name)
            if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
        return name;
    });

TEST(Console, MessagesOfTheKernelsSource) {
    EXPECT_EQ(classify_message("WARNING: possible circular locking dependency detected"), BootOutcome::warning);
    EXPECT_EQ(classify_message("WARNING: suspicious RCU usage"), BootOutcome::warning);
    EXPECT_EQ(classify_message("BUG: KASAN: slab-use-after-free in erofs_read+0x1/0x2"), BootOutcome::oops);
    EXPECT_EQ(classify_message("BUG: sleeping function called from invalid context at mm/x.c:1"), BootOutcome::oops);
    EXPECT_EQ(classify_message("kernel BUG at fs/cachefiles/key.c:47!"), BootOutcome::oops);
    EXPECT_EQ(classify_message("invalid opcode: 0000 [#1] PREEMPT SMP"), BootOutcome::oops);
    EXPECT_EQ(classify_message("BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 33s!"), BootOutcome::hang);
    EXPECT_EQ(classify_message("rcu: INFO: rcu_sched self-detected stall on CPU"), BootOutcome::hang);
    EXPECT_EQ(classify_message("rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"), BootOutcome::hang);
    EXPECT_EQ(classify_message("Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)"), BootOutcome::panic);
}

TEST(Console, OrdinaryMessagesAreNotFailures) {
    for (const char* message :
         {"ACPI BIOS Warning (bug): Optional FADT field", "[Firmware Bug]: TSC not synchronous", "netfs: FS-Cache loaded",
          "EXT4-fs (ram0): mounted filesystem", "Kernel command line: oops=panic panic=-1", "debug: [#1]",
          "erofs: [deprecated] fscache-based on-demand read feature in use. Use at your own risk!",
          "random: crng init done", "Buffer I/O error on dev dm-0, logical block 0, async page read"})
        EXPECT_EQ(classify_message(message), BootOutcome::ok) << message;
}

TEST(Console, WhatAProgramPrintsIsNotTheKernel) {
    auto scanner = scan("WARNING: mke2fs says so\nKernel panic - not syncing: as text\nBUG: [ 12] no\n");
    EXPECT_EQ(scanner.outcome(), BootOutcome::ok);
    EXPECT_FALSE(scanner.kernel_seen());
}

TEST(Console, KernelTextBehindAnUnfinishedLineCounts) {
    EXPECT_EQ(scan("reading ... [    1.234567] Kernel panic - not syncing: x\n").outcome(), BootOutcome::panic);
    EXPECT_EQ(scan("[    1.234567][    T1] BUG: unable to handle page fault").outcome(), BootOutcome::oops);
}

TEST(Console, FirstFatalTextWinsAndAWarningGivesWay) {
    auto scanner = scan("[    1.000000] WARNING: CPU: 0 PID: 1 at x\n[    2.000000] INFO: task a:1 blocked for more than 20 seconds.\n"
                        "[    3.000000] Kernel panic - not syncing: later\n");
    EXPECT_EQ(scanner.outcome(), BootOutcome::hang);
    EXPECT_THAT(scanner.evidence(), HasSubstr("blocked for more than"));
}

TEST(Console, TheKernelsFarewellIsSeen) {
    EXPECT_TRUE(scan("[    1.000000] reboot: Power down\n").end_seen());
    EXPECT_TRUE(scan("[    1.000000] reboot: Restarting system\n").end_seen());
    EXPECT_FALSE(scan("[    1.000000] netfs: FS-Cache loaded\n").end_seen());
}

TEST(FirstComplaint, IsTheFirstFatalMessageAndWhatFollows) {
    const std::string console = "[    0.1] no stamp\n[    0.100000] Linux\n[    0.200000] WARNING: CPU: 0 at x\n[    0.300000] Kernel panic - not syncing: y\nprogram\n[    0.300001] CPU: 0\n[    0.300002] Call trace:\n";
    EXPECT_THAT(first_complaint(console, 2), testing::ElementsAre("Kernel panic - not syncing: y", "CPU: 0"));
    EXPECT_THAT(first_complaint(console.substr(0, console.find("[    0.3")), 9), testing::ElementsAre("WARNING: CPU: 0 at x")) << "a warning, if nothing was fatal";
    EXPECT_TRUE(first_complaint("[    0.100000] Linux\n", 9).empty());
}
