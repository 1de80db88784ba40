// SPDX-License-Identifier: GPL-2.0-only
// Real boots.  They need a kernel: tests/programs/machine.sh names the newest
// one built in DIOBENCH_TEST_KERNEL.
#include "bench/host/machine/boot.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "bench/guest/record/probe_init.h"
#include "bench/host/machine/initramfs.h"

using namespace diobench;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class BootedTest : public testing::Test {
protected:
    void SetUp() override {
        const char* kernel = std::getenv("DIOBENCH_TEST_KERNEL");
        if (kernel == nullptr) GTEST_SKIP() << "DIOBENCH_TEST_KERNEL names no kernel image";
        auto made = TempDirectory::create(fs::temp_directory_path(), "diobench-boot");
        ASSERT_TRUE(made);
        directory_.emplace(std::move(*made));
        request_.label = "test";
        request_.kernel_image = kernel;
        request_.initramfs = directory_->path() / "initramfs";
        request_.log_dir = directory_->path() / "logs";
        request_.extra_command_line = "diobench.role=probe";
        request_.on_record = [this](std::string_view payload) { heard_.emplace_back(payload); };
    }
    /// The guest program as init, in two archives as a run makes them.
    void make_probe_initramfs() {
        const fs::path base = directory_->path() / "base.cpio";
        const fs::path init = directory_->path() / "init.cpio";
        ASSERT_TRUE(write_initramfs(base, base_entries()));
        ASSERT_TRUE(write_initramfs(init, {{"init", 0755, InitramfsFile{fs::path(DIOBENCH_BINARY_DIR) / "diobench-guest"}}}));
        ASSERT_TRUE(concatenate(request_.initramfs, {base, init}));
    }
    BootResult run() {
        auto result = boot(request_);
        EXPECT_TRUE(result) << result.error().message();
        return result.value_or(BootResult{});
    }
    std::string log(const char* what) { return read_file(request_.log_dir / (request_.label + "." + what + ".txt")).value_or("unreadable"); }

    BootRequest request_;
    std::vector<std::string> heard_;
    std::optional<TempDirectory> directory_;
};

}  // namespace

TEST_F(BootedTest, ThreeExactBootsAreByteIdentical) {
    make_probe_initramfs();
    std::string console, records;
    for (int i = 0; i < 3; ++i) {
        heard_.clear();
        auto result = run();
        ASSERT_TRUE(result.usable()) << result.reason << "\n" << result.last_lines;
        EXPECT_THAT(heard_, ElementsAre(kProbePayload));
        if (i > 0) {
            EXPECT_EQ(log("console"), console);
            EXPECT_EQ(log("records"), records);
        }
        console = log("console");
        records = log("records");
    }
    EXPECT_THAT(console, HasSubstr("Linux version"));
}

TEST_F(BootedTest, KvmMachineUnderTheEmulator) {
    make_probe_initramfs();
    request_.kind = MachineKind::kvm;
    request_.cache_disk_bytes = 8 << 20;
    auto result = run();
    ASSERT_TRUE(result.usable()) << result.reason << "\n" << result.last_lines;
    EXPECT_THAT(heard_, ElementsAre(kProbePayload));
}

TEST_F(BootedTest, KernelWithoutInitPanics) {
    ASSERT_TRUE(write_initramfs(request_.initramfs, base_entries()));
    auto result = run();
    EXPECT_EQ(result.outcome, BootOutcome::panic) << result.reason;
    EXPECT_FALSE(result.usable());
    EXPECT_THAT(result.last_lines, HasSubstr("Kernel panic"));
}

TEST_F(BootedTest, DamagedImageCannotStart) {
    make_probe_initramfs();
    const std::string image = read_file(request_.kernel_image).value();
    request_.kernel_image = directory_->path() / "damaged";
    request_.silence_limit = 5s;
    ASSERT_TRUE(write_file_atomic(request_.kernel_image, image.substr(0, image.size() / 2)));
    auto result = run();
    EXPECT_EQ(result.outcome, BootOutcome::cannot_start) << result.reason;
    ASSERT_TRUE(write_file_atomic(request_.kernel_image, "not a kernel"));
    EXPECT_EQ(run().outcome, BootOutcome::cannot_start);
}
