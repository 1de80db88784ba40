// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/host_cpu.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <mutex>
#include <sched.h>
#include <thread>
#include <vector>

#include "bench/common/base/process.h"

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

TEST_F(HostCpuTest, TheLongestGoesFirst) {
    auto first = HostCpu::take();
    ASSERT_TRUE(first);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first->number(), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);  // threads inherit it
    std::mutex mutex;
    std::vector<double> order;
    std::vector<std::thread> threads;
    for (double expected_s : {5.0, 40.0, 20.0})
        threads.emplace_back([&, expected_s] {
            auto cpu = HostCpu::wait(expected_s);
            std::lock_guard lock(mutex);
            if (cpu && *cpu) order.push_back(expected_s);
        });
    ::sched_setaffinity(0, sizeof allowed_, &allowed_);
    std::this_thread::sleep_for(std::chrono::milliseconds(2000));  // all are in line
    first.reset();
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(order, (std::vector<double>{40, 20, 5}));
}
