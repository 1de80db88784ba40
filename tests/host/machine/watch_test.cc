// SPDX-License-Identifier: GPL-2.0-only
// Watching and judging, with a shell in QEMU's place: it writes the same
// files, ends in the same ways.
#include "bench/host/machine/watch.h"

#include <csignal>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

#include "bench/guest/record/leave.h"
#include "bench/guest/record/record_wire.h"
#include "bench/host/machine/verdict.h"

using namespace diobench;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

const std::string kBanner = "echo '[    0.000000] Linux version 6.12.117' >> $CONSOLE; ";

class WatchTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = TempDirectory::create(fs::temp_directory_path(), "diobench-watch");
        ASSERT_TRUE(made);
        directory_.emplace(std::move(*made));
        request_.label = "test";
        request_.log_dir = directory_->path();
        request_.silence_limit = 30s;
        request_.total_limit = 120s;
    }
    BootFiles files() const {
        auto at = [&](const char* name) { return request_.log_dir / name; };
        return {at("console"), at("records"), at("qemu"), "", ""};
    }
    BootVerdict run(const std::string& script) {
        const std::string text = "CONSOLE=" + files().console.string() + "; RECORDS=" + files().records.string() + "; " + script;
        auto watched = watch_machine({"sh", "-c", text}, request_, files());
        EXPECT_TRUE(watched) << watched.error().message();
        watched_ = std::move(*watched);
        return judge_boot(watched_, request_, read_file(files().qemu_output).value());
    }
    /// No process matches any more; what was killed may need a moment.
    static bool all_ended(const std::string& pattern) {
        for (int i = 0; i < 100; ++i) {
            auto left = run_command({"pgrep", "-f", pattern});
            if (!left || left->exit_status == 1) return bool(left);
            std::this_thread::sleep_for(100ms);
        }
        return false;
    }
    static std::string records(const std::string& stream) { return "printf '%s' '" + stream + "' >> $RECORDS; "; }
    const std::string whole_ = records(record_line("one") + end_line(1));
    const std::string leave_ = "exit " + std::to_string(kExitStatus);

    std::optional<TempDirectory> directory_;
    BootRequest request_;
    Watched watched_;
};

}  // namespace

TEST_F(WatchTest, WholeRunIsOk) {
    std::vector<std::string> heard;
    request_.on_record = [&](std::string_view p) { heard.emplace_back(p); };
    auto verdict = run(kBanner + whole_ + leave_);
    EXPECT_EQ(verdict.outcome, BootOutcome::ok);
    EXPECT_EQ(verdict.reason, "");
    EXPECT_TRUE(watched_.records.complete());
    EXPECT_THAT(heard, testing::ElementsAre("one"));
}

TEST_F(WatchTest, RecordsComeWhileTheMachineRuns) {
    bool alive_at_record = false;
    fs::path flag = directory_->path() / "go";
    // The machine ends only after the record was heard.
    request_.on_record = [&](std::string_view) {
        alive_at_record = true;
        std::ignore = write_file_atomic(flag, "");
    };
    auto verdict = run(kBanner + whole_ + "while [ ! -e " + flag.string() + " ]; do sleep 0.02; done; " + leave_);
    EXPECT_EQ(verdict.outcome, BootOutcome::ok);
    EXPECT_TRUE(alive_at_record);
}

TEST_F(WatchTest, OrderlyEndWithoutEndRecordIsNotComplete) {
    auto verdict = run(kBanner + records(record_line("one")) + leave_);
    EXPECT_EQ(verdict.outcome, BootOutcome::ok);
    EXPECT_FALSE(watched_.records.complete());
    EXPECT_THAT(verdict.reason, HasSubstr("no end record after 1 records"));
}

TEST_F(WatchTest, PowerDownTextEndsAMachineThatLingers) {
    auto verdict = run(kBanner + whole_ + "echo '[    1.000000] reboot: Power down' >> $CONSOLE; sleep 600");
    EXPECT_EQ(verdict.outcome, BootOutcome::ok) << verdict.reason;
    EXPECT_LT(watched_.elapsed_s, 100);
}

TEST_F(WatchTest, WarningIsKeptApartFromOk) {
    auto verdict = run(kBanner + "echo '[    1.000000] WARNING: CPU: 0 PID: 1 at fs/x.c:1' >> $CONSOLE; " + whole_ + leave_);
    EXPECT_EQ(verdict.outcome, BootOutcome::warning);
    EXPECT_TRUE(watched_.records.complete());
    EXPECT_THAT(verdict.reason, HasSubstr("fs/x.c:1"));
}

TEST_F(WatchTest, PanicIsPanicThoughAllRecordsCame) {
    auto verdict = run(kBanner + whole_ + "echo '[    1.000000] Kernel panic - not syncing: x' >> $CONSOLE; exit 0");
    EXPECT_EQ(verdict.outcome, BootOutcome::panic);
}

TEST_F(WatchTest, FaultThatDoesNotStopTheMachineEndsIt) {
    request_.silence_limit = 30s;
    auto verdict = run(kBanner + "echo '[    1.000000] BUG: scheduling while atomic: x' >> $CONSOLE; sleep 600");
    EXPECT_EQ(verdict.outcome, BootOutcome::oops);
    EXPECT_LT(watched_.elapsed_s, 100);
}

TEST_F(WatchTest, SilenceIsAHangOnceTheKernelRan) {
    request_.silence_limit = 3s;
    auto verdict = run(kBanner + "sleep 600");
    EXPECT_EQ(verdict.outcome, BootOutcome::hang);
    EXPECT_THAT(verdict.reason, HasSubstr("neither a record nor console text for 3 s"));
}

TEST_F(WatchTest, EndlessTextIsStoppedByTheTotalLimit) {
    request_.total_limit = 2s;
    auto verdict = run(kBanner + "while :; do echo x >> $CONSOLE; sleep 0.1; done");
    EXPECT_EQ(verdict.outcome, BootOutcome::hang);
    EXPECT_THAT(verdict.reason, HasSubstr("not at its end after 2 s"));
}

TEST_F(WatchTest, AKernelThatSaysNothingIsNotWaitedForAsLongAsOneThatWorks) {
    request_.silence_limit = 60s;
    request_.start_limit = 1s;
    auto verdict = run("echo 'SeaBIOS' >> $CONSOLE; sleep 600");
    EXPECT_EQ(verdict.outcome, BootOutcome::cannot_start);
    EXPECT_THAT(verdict.reason, HasSubstr("within 1 s"));
    request_.start_limit = 10s;
    request_.silence_limit = 60s;
    EXPECT_EQ(run(kBanner + "sleep 11; " + whole_ + leave_).outcome, BootOutcome::ok);
}

TEST_F(WatchTest, SilenceBeforeTheKernelCannotStart) {
    request_.silence_limit = 3s;
    auto verdict = run("echo 'SeaBIOS' >> $CONSOLE; sleep 600");
    EXPECT_EQ(verdict.outcome, BootOutcome::cannot_start);
    EXPECT_THAT(verdict.reason, HasSubstr("no line from the kernel within 3 s"));
}

TEST_F(WatchTest, RefusalOfQemuIsQuoted) {
    auto verdict = run("echo 'qemu-system-x86_64: invalid accelerator kvm' >&2; exit 1");
    EXPECT_EQ(verdict.outcome, BootOutcome::cannot_start);
    EXPECT_THAT(verdict.reason, HasSubstr("invalid accelerator kvm"));
}

TEST_F(WatchTest, ResetWithoutAWord) {
    EXPECT_EQ(run("exit 0").outcome, BootOutcome::cannot_start);
    auto verdict = run(kBanner + "exit 0");
    EXPECT_EQ(verdict.outcome, BootOutcome::panic);
    EXPECT_THAT(verdict.reason, HasSubstr("triple fault"));
}

TEST_F(WatchTest, KillFromOutsideIsNamed) {
    auto early = run("kill -9 $$");
    EXPECT_EQ(early.outcome, BootOutcome::cannot_start);
    auto late = run(kBanner + whole_ + "kill -9 $$");
    EXPECT_EQ(late.outcome, BootOutcome::hang);
    EXPECT_THAT(late.reason, HasSubstr("killed from outside by signal 9"));
    EXPECT_TRUE(early.host_lacks && late.host_lacks);
    EXPECT_FALSE(run("kill -6 $$").host_lacks) << "a crash may be the kernel's work";
    EXPECT_THAT(run("kill -6 $$").reason, HasSubstr("crashed with signal 6"));
}

TEST_F(WatchTest, AnAbortBehindTheEndOfUmlIsNone) {
    const std::string power_down = "echo '[    2.560000] reboot: Power down' >> $CONSOLE; ";
    EXPECT_EQ(run(kBanner + whole_ + power_down + "kill -6 $$").outcome, BootOutcome::hang) << "not of QEMU";
    request_.kind = MachineKind::uml;
    EXPECT_EQ(run(kBanner + whole_ + power_down + "kill -6 $$").outcome, BootOutcome::ok);
    auto before = run(kBanner + whole_ + "kill -6 $$");
    EXPECT_EQ(before.outcome, BootOutcome::hang);
    EXPECT_THAT(before.reason, HasSubstr("the kernel's process crashed with signal 6"));
    EXPECT_EQ(run(kBanner + power_down + "kill -6 $$").outcome, BootOutcome::hang) << "without its records";
    EXPECT_EQ(run(kBanner + whole_ + power_down + "kill -9 $$").outcome, BootOutcome::hang);
}

TEST_F(WatchTest, QemuThatFailsInTheMiddleIsAHang) {
    auto verdict = run(kBanner + "echo 'qemu: I/O error' >&2; exit 1");
    EXPECT_EQ(verdict.outcome, BootOutcome::hang);
    EXPECT_THAT(verdict.reason, HasSubstr("I/O error"));
}

TEST_F(WatchTest, NothingOfTheMachineOutlivesTheWatch) {
    request_.silence_limit = 3s;
    run(kBanner + "sleep 4711 & sleep 600");
    EXPECT_TRUE(all_ended("^sleep 4711$"));
}

// Run by the next test in a process of its own, since an interrupt stays.
TEST_F(WatchTest, DISABLED_WaitForInterrupt) {
    const char* flag = std::getenv("DIOBENCH_TEST_FLAG");
    ASSERT_NE(flag, nullptr);
    install_interrupt_handler();
    request_.silence_limit = request_.total_limit = 300s;
    const std::string script = std::string("sleep 4811 & echo >> ") + flag + "; sleep 4812";
    auto watched = watch_machine({"sh", "-c", script}, request_, files());
    ASSERT_FALSE(watched);
    EXPECT_EQ(watched.error().text, "interrupted");
}

TEST_F(WatchTest, InterruptEndsTheMachine) {
    const fs::path flag = directory_->path() / "started";
    SpawnOptions options;
    options.environment["DIOBENCH_TEST_FLAG"] = flag.string();
    auto child = ChildProcess::spawn({"/proc/self/exe", "--gtest_filter=WatchTest.DISABLED_WaitForInterrupt", "--gtest_also_run_disabled_tests"}, options);
    ASSERT_TRUE(child);
    while (!fs::exists(flag)) std::this_thread::sleep_for(10ms);
    ::kill(child->pid(), SIGINT);
    EXPECT_EQ(child->wait(), 0);
    EXPECT_TRUE(all_ended("^sleep 481[12]$"));
}

TEST_F(WatchTest, FullDiskIsSaid) {
    const fs::path small = directory_->path() / "small";
    ASSERT_TRUE(make_directories(small));
    if (::mount("none", small.c_str(), "tmpfs", 0, "size=2m") != 0) GTEST_SKIP() << "mounting a small tmpfs needs root";
    request_.log_dir = small;
    auto during = run(kBanner + "dd if=/dev/zero of=" + small.string() + "/filler bs=64k 2>/dev/null; sleep 600");
    std::error_code none;
    fs::remove(small / "filler", none);
    auto at_end = run(kBanner + "dd if=/dev/zero of=" + small.string() + "/filler bs=64k 2>/dev/null; " + whole_ + leave_);
    ::umount2(small.c_str(), MNT_DETACH);
    EXPECT_EQ(during.outcome, BootOutcome::cannot_start);
    EXPECT_THAT(during.reason, HasSubstr("no space is left in " + small.string()));
    EXPECT_TRUE(during.host_lacks);
    EXPECT_FALSE(watched_.records.complete());
    EXPECT_THAT(at_end.reason, HasSubstr("no space is left in " + small.string()));
}
