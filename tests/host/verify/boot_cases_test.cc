// SPDX-License-Identifier: GPL-2.0-only
// Who is to blame when a machine ends: a shell in the kernel's place says what it is told to.
#include "bench/host/verify/boot_cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "bench/guest/record/record_wire.h"
#include "bench/host/machine/initramfs.h"

namespace diobench {
namespace {

using testing::HasSubstr;

const std::string kBanner = "[    0.000000] Linux version 6.12.117\n";
const std::string kPowerDown = "[    2.000000] reboot: Power down\n";
const std::string kPanic = "[    1.500000] Kernel panic - not syncing: a worker died\n";

std::string begins(const std::string& name) { return record_line(R"({"type": "case-begin", "case": ")" + name + "\"}"); }
std::string passes(const std::string& name) {
    return begins(name) + record_line(R"({"type": "case", "case": ")" + name + R"(", "outcome": "pass", "text": "", "seconds": 0.1})");
}

class BootCases : public testing::Test {
protected:
    void SetUp() override {
        auto folder = TempDirectory::create(testing::TempDir(), "boot-cases");
        ASSERT_TRUE(folder);
        folder_.emplace(std::move(*folder));
        const fs::path at = folder_->path();
        setup_.label = "kernel";
        setup_.kernel_image = at / "kernel";
        setup_.constant_initramfs = at / "constant.cpio";
        setup_.work_directory = setup_.log_directory = at;
        ASSERT_TRUE(write_initramfs(setup_.constant_initramfs, base_entries()));
        const std::string dir = at.string();
        ASSERT_TRUE(write_file_atomic(setup_.kernel_image, "#!/bin/sh\nn=$(ls " + dir + " | grep -c '^ran')\n: > " + dir + "/ran$n\ncat " + dir + "/says$n\ncat " + dir + "/records$n >&3\n"));
        fs::permissions(setup_.kernel_image, fs::perms::owner_all);
    }
    /// What boot number `n` prints and reports.
    void boot(int n, const std::string& console, const std::string& records) {
        ASSERT_TRUE(write_file_atomic(folder_->path() / ("says" + std::to_string(n)), console));
        ASSERT_TRUE(write_file_atomic(folder_->path() / ("records" + std::to_string(n)), records));
    }
    CaseRun run(std::vector<std::string> cases) {
        auto out = run_cases(setup_, std::move(cases));
        EXPECT_TRUE(out) << out.error().message();
        return out ? std::move(*out) : CaseRun{};
    }

    std::optional<TempDirectory> folder_;
    CaseBoots setup_;
};

TEST_F(BootCases, AllIsWell) {
    boot(0, kBanner + kPowerDown, passes("a") + passes("b") + end_line(4));
    auto out = run({"a", "b"});
    ASSERT_EQ(out.cases.size(), 2u) << out.machine_fault;
    for (const auto& one : out.cases) EXPECT_EQ(one.outcome, Outcome::pass) << one.text;
    EXPECT_EQ(out.boots.size(), 1u);
}

TEST_F(BootCases, ACaseThatEndsTheMachineFailsAndTheNextGetsAnother) {
    boot(0, kBanner + kPanic, passes("a") + begins("b"));
    boot(1, kBanner + kPowerDown, passes("c") + end_line(2));
    auto out = run({"a", "b", "c"});
    ASSERT_EQ(out.cases.size(), 3u) << out.machine_fault;
    EXPECT_EQ(out.cases[0].outcome, Outcome::pass);
    EXPECT_EQ(out.cases[1].outcome, Outcome::fail);
    EXPECT_THAT(out.cases[1].text, HasSubstr("a worker died"));
    EXPECT_EQ(out.cases[2].outcome, Outcome::pass);
}

TEST_F(BootCases, ADeathBehindACaseIsThatCases) {
    boot(0, kBanner + kPanic, passes("a") + passes("b"));
    auto out = run({"a", "b"});
    ASSERT_EQ(out.cases.size(), 2u) << out.machine_fault;
    EXPECT_EQ(out.cases[0].outcome, Outcome::pass);
    EXPECT_EQ(out.cases[1].outcome, Outcome::fail);
    EXPECT_THAT(out.cases[1].text, HasSubstr("a worker died"));
}

TEST_F(BootCases, AMachineThatStopsWithoutAWordFailsItsLastCase) {
    boot(0, kBanner + kPowerDown, passes("a"));
    auto out = run({"a"});
    ASSERT_EQ(out.cases.size(), 1u) << out.machine_fault;
    EXPECT_EQ(out.cases[0].outcome, Outcome::fail);
    EXPECT_THAT(out.cases[0].text, HasSubstr("no end record"));
}

TEST_F(BootCases, AMachineWithoutACaseIsItsOwnFault) {
    boot(0, kBanner + kPanic, "");
    EXPECT_THAT(run({"a"}).machine_fault, HasSubstr("a worker died"));
}

}  // namespace
}  // namespace diobench
