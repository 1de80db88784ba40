// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/host_cpu.h"

#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <mutex>
#include <sched.h>
#include <set>
#include <thread>

#include "bench/common/base/process.h"

namespace diobench {

namespace {

constexpr auto kAskInterval = std::chrono::milliseconds(50);

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

/// The threads that wait, the longest first.
class InLine {
public:
    explicit InLine(double expected_s) {
        std::lock_guard lock(mutex());
        me_ = line().insert(expected_s);
    }
    InLine(const InLine&) = delete;
    InLine& operator=(const InLine&) = delete;
    ~InLine() {
        std::lock_guard lock(mutex());
        line().erase(me_);
    }
    [[nodiscard]] bool is_first() const {
        std::lock_guard lock(mutex());
        return me_ == line().begin();
    }

private:
    using Line = std::multiset<double, std::greater<>>;
    static Line& line() {
        static Line all;
        return all;
    }
    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    Line::iterator me_;
};

}  // namespace

std::optional<HostCpu> HostCpu::take() {
    for (unsigned cpu : allowed_cpus())
        if (auto lock = lock_of(cpu); lock && *lock) return HostCpu(cpu, std::move(**lock));
    return std::nullopt;
}

Result<std::optional<HostCpu>> HostCpu::wait(double expected_s) {
    const auto cpus = allowed_cpus();
    if (cpus.empty() || !lock_of(cpus.front())) return std::optional<HostCpu>();
    const InLine me(expected_s);
    for (;;) {
        if (me.is_first())
            if (auto taken = take()) return taken;
        if (interrupted()) return interrupted_error("wait for a CPU");
        std::this_thread::sleep_for(kAskInterval);
    }
}

std::vector<std::string> HostCpu::command(const std::vector<std::string>& argv) const {
    std::vector<std::string> out = {"taskset", "--cpu-list", std::to_string(number_)};
    out.insert(out.end(), argv.begin(), argv.end());
    return out;
}

}  // namespace diobench
