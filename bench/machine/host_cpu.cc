// SPDX-License-Identifier: GPL-2.0-only
#include "bench/machine/host_cpu.h"

#include <chrono>
#include <fmt/format.h>
#include <sched.h>
#include <thread>

#include "bench/base/process.h"

namespace diobench {

namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(50);

/// CPUs that this process may run on; empty if the kernel has more than a set holds.
std::vector<unsigned> allowed_cpus() {
    std::vector<unsigned> out;
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) < 0) return out;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &allowed)) out.push_back(cpu);
    return out;
}

Result<std::optional<FileLock>> lock_of(unsigned cpu) {
    return FileLock::try_acquire(cache_root() / "work" / fmt::format("cpu-{}.lock", cpu));
}

}  // namespace

std::optional<HostCpu> HostCpu::take() {
    for (unsigned cpu : allowed_cpus())
        if (auto lock = lock_of(cpu); lock && *lock) return HostCpu(cpu, std::move(**lock));
    return std::nullopt;
}

Result<std::optional<HostCpu>> HostCpu::wait() {
    const auto cpus = allowed_cpus();
    if (cpus.empty() || !lock_of(cpus.front())) return std::optional<HostCpu>();
    for (;;) {
        if (auto taken = take()) return taken;
        if (interrupted()) return interrupted_error("wait for a CPU");
        std::this_thread::sleep_for(kPollInterval);
    }
}

std::vector<std::string> HostCpu::command(const std::vector<std::string>& argv) const {
    std::vector<std::string> out = {"taskset", "--cpu-list", std::to_string(number_)};
    out.insert(out.end(), argv.begin(), argv.end());
    return out;
}

}  // namespace diobench
