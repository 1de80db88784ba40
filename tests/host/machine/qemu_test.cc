// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/qemu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"

using namespace diobench;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

namespace {

BootRequest exact_request() {
    BootRequest request;
    request.label = "test";
    request.kernel_image = "/k/bzImage";
    request.initramfs = "/k/initramfs";
    request.log_dir = fs::temp_directory_path();
    return request;
}

const BootFiles kFiles = {"/logs/a.console.txt", "/logs/a.records.txt", "/logs/a.qemu.txt", "", ""};

}  // namespace

TEST(Qemu, ExactMachineHasNoSourceOfHostTime) {
    auto request = exact_request();
    request.seed = 7;
    auto parts = exact_machine(request);
    ASSERT_TRUE(parts);
    const auto argv = qemu_command({"/usr/bin/qemu-system-x86_64", "7.2", true}, request, kFiles, *parts);
    const std::string text = join(argv, " ");
    EXPECT_THAT(text, HasSubstr("-icount shift=0,sleep=off,align=off"));
    EXPECT_THAT(text, HasSubstr("-rtc base=2020-01-01T00:00:00,clock=vm"));
    EXPECT_THAT(text, HasSubstr("-seed 7"));
    EXPECT_THAT(text, HasSubstr("-nodefaults"));
    EXPECT_THAT(text, HasSubstr("-sandbox on"));
    // Devices whose answers come from a host thread.
    for (const char* device : {"virtio", "-netdev", "-nic", "-blockdev", "-drive", "9p", "rng"}) EXPECT_THAT(text, Not(HasSubstr(device)));
    for (const char* parameter : {"nokaslr", "norandmaps", "random.trust_cpu=off", "random.trust_bootloader=off", "clocksource=tsc"})
        EXPECT_THAT(split(kernel_command_line(request, *parts), ' '), Contains(parameter));
}

TEST(Qemu, ExactMachineRefusesWhatIsNotRepeatable) {
    auto refused = [](auto change) {
        auto request = exact_request();
        change(request);
        return !exact_machine(request);
    };
    EXPECT_TRUE(refused([](BootRequest& r) { r.cpus = 2; }));
    EXPECT_TRUE(refused([](BootRequest& r) { r.accelerator = Accelerator::kvm; }));
    EXPECT_TRUE(refused([](BootRequest& r) { r.cache_disk_bytes = 1; }));
    EXPECT_TRUE(refused([](BootRequest& r) { r.cache_device = "/dev/sdz"; }));
}

TEST(Qemu, KvmMachineHasADiskPastTheHostsPageCache) {
    auto request = exact_request();
    request.kind = MachineKind::kvm;
    request.accelerator = Accelerator::kvm;
    BootFiles files = kFiles;
    files.cache_disk = "/disks/a,b";
    auto parts = kvm_machine(request, files);
    ASSERT_TRUE(parts);
    const std::string text = join(parts->qemu_arguments, " ");
    EXPECT_THAT(text, HasSubstr("-accel kvm"));
    EXPECT_THAT(text, HasSubstr("cache.direct=on"));
    EXPECT_THAT(text, HasSubstr("file.filename=/disks/a,,b"));
    EXPECT_THAT(text, HasSubstr("virtio-blk-pci"));
    EXPECT_THAT(text, Not(HasSubstr("icount")));
    request.accelerator = Accelerator::tcg;
    EXPECT_THAT(join(kvm_machine(request, files)->qemu_arguments, " "), HasSubstr("-accel tcg"));
}

TEST(Qemu, ShellTextIsWhatAShellReadsBack) {
    const std::vector<std::string> argv = {"printf", "%s\\n", "a b", "it's", "", "$HOME", "x,y=z"};
    auto ran = run_command({"sh", "-c", shell_text(argv)});
    ASSERT_TRUE(ran);
    EXPECT_EQ(ran->output, "a b\nit's\n\n$HOME\nx,y=z\n");
}

TEST(Boot, ImpossibleRequestsAreErrors) {
    auto request = exact_request();
    request.label = "a/b";
    EXPECT_FALSE(boot(request));
    request = exact_request();
    request.memory_mib = 8;
    EXPECT_FALSE(boot(request));
    request = exact_request();
    request.kind = MachineKind::kvm;
    request.cache_device = "/no/such/device";
    auto refused = boot(request);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("/no/such/device"));
}

TEST(Boot, MissingImageCannotStart) {
    auto request = exact_request();
    auto result = boot(request);
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_EQ(result->outcome, BootOutcome::cannot_start);
    EXPECT_TRUE(result->host_lacks);
    EXPECT_FALSE(result->usable());
    EXPECT_FALSE(result->reason.empty());
}
