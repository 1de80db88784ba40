// SPDX-License-Identifier: GPL-2.0-only
#include "bench/machine/host_cpu.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <sched.h>
#include <vector>

#include "bench/base/process.h"

using namespace diobench;

namespace {

/// Locks of our own: machines that run here hold the others.
class HostCpuTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = TempDirectory::create(fs::temp_directory_path(), "diobench-cpu");
        ASSERT_TRUE(made);
        directory_.emplace(std::move(*made));
        ::setenv("DIOBENCH_CACHE", directory_->path().c_str(), 1);
        ASSERT_EQ(::sched_getaffinity(0, sizeof allowed_, &allowed_), 0);
    }
    void TearDown() override { ::unsetenv("DIOBENCH_CACHE"); }
    std::optional<TempDirectory> directory_;
    cpu_set_t allowed_;
};

}  // namespace

TEST_F(HostCpuTest, EachIsTakenOnceAndComesBack) {
    {
        std::vector<HostCpu> taken;
        std::vector<unsigned> numbers;
        while (auto cpu = HostCpu::take()) {
            EXPECT_TRUE(CPU_ISSET(cpu->number(), &allowed_));
            for (unsigned other : numbers) EXPECT_NE(cpu->number(), other);
            numbers.push_back(cpu->number());
            taken.push_back(std::move(*cpu));
            ASSERT_LE(numbers.size(), static_cast<size_t>(CPU_COUNT(&allowed_)));
        }
        EXPECT_EQ(numbers.size(), static_cast<size_t>(CPU_COUNT(&allowed_)));
    }
    EXPECT_TRUE(HostCpu::take());
}

TEST_F(HostCpuTest, AProgramStaysOnIt) {
    auto cpu = HostCpu::take();
    ASSERT_TRUE(cpu);
    auto ran = run_checked(cpu->command({"grep", "Cpus_allowed_list", "/proc/self/status"}));
    ASSERT_TRUE(ran) << ran.error().message();
    EXPECT_EQ(ran->output, "Cpus_allowed_list:\t" + std::to_string(cpu->number()) + "\n");
}
