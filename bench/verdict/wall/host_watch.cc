// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/wall/host_watch.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fmt/format.h>
#include <sstream>

#include "bench/common/base/files.h"
#include "bench/verdict/pairs/statistics.h"

namespace diobench {

namespace {

constexpr int kTries = 5;
constexpr uint64_t kSpins = 2'000'000;
constexpr size_t kCopyBytes = size_t{32} << 20;  // larger than most last-level caches
constexpr size_t kBootsForAMedian = 4;
constexpr double kUnusualDeviations = 4.5;  // of the median absolute one: three standard deviations of a normal distribution

template <class Work>
double best_ns(Work work) {
    double best = 0;
    for (int i = 0; i < kTries; ++i) {
        const auto started = std::chrono::steady_clock::now();
        work();
        const double taken = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - started).count();
        best = i == 0 ? taken : std::min(best, taken);
    }
    return best;
}

void spin() {
    uint64_t x = 1;
    for (uint64_t i = 0; i < kSpins; ++i) asm volatile("" : "+r"(x) : "r"(i));
}

}  // namespace

Sentinels time_sentinels() {
    std::vector<char> from(kCopyBytes, 1);
    std::vector<char> to(kCopyBytes, 2);
    Sentinels out;
    out.spin_ns = best_ns(spin);
    out.memcpy_ns = best_ns([&] {
        std::memcpy(to.data(), from.data(), kCopyBytes);
        asm volatile("" : : "r"(to.data()) : "memory");
    });
    return out;
}

Result<HostCounters> parse_host_counters(const std::string& stat, const std::string& pressure, double at_s) {
    HostCounters out;
    out.at_s = at_s;
    std::istringstream line(stat.substr(0, stat.find('\n')));
    std::string name;
    line >> name;
    // user nice system idle iowait irq softirq steal (proc(5)); guest time after them is in user already.
    constexpr int kFields = 8;
    double value = 0;
    int field = 0;
    for (; field < kFields && line >> value; ++field) {
        out.all_jiffies += value;
        if (field == kFields - 1) out.steal_jiffies = value;
    }
    if (name != "cpu" || field != kFields) return fail("read", "/proc/stat", "its first line is not \"cpu\" and eight numbers");
    const size_t at = pressure.find("some ");
    const size_t total = pressure.find("total=", at);
    if (at != std::string::npos && total != std::string::npos) out.cpu_pressure_us = std::stod(pressure.substr(total + 6));
    return out;
}

Result<HostCounters> read_host_counters() {
    auto stat = read_file("/proc/stat");
    if (!stat) return forward(stat);
    auto pressure = read_file("/proc/pressure/cpu");  // not there without CONFIG_PSI
    const double now_s = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    return parse_host_counters(*stat, pressure ? *pressure : std::string(), now_s);
}

BootWatch boot_watch(const HostCounters& before, const HostCounters& after) {
    BootWatch out;
    const double all = after.all_jiffies - before.all_jiffies;
    if (all > 0) out.steal = (after.steal_jiffies - before.steal_jiffies) / all;
    const double elapsed_us = (after.at_s - before.at_s) * 1e6;
    if (before.cpu_pressure_us && after.cpu_pressure_us && elapsed_us > 0) out.pressure = (*after.cpu_pressure_us - *before.cpu_pressure_us) / elapsed_us;
    return out;
}

void add_null_cells(const std::vector<CellResult>& cells, BootWatch& watch) {
    for (const auto& cell : cells)
        if (cell.cell.find("/null/") != std::string::npos)
            if (auto p50 = cell.metric("latency_ns.p50")) watch.sentinels["null engine, " + cell.cell] = *p50;
}

std::string why_disturbed(const BootWatch& watch, const std::vector<BootWatch>& session, const WallSettings& settings) {
    if (watch.steal > settings.max_steal) return fmt::format("the host's other machines took {:.1f} % of the CPU time (at most {:.1f} %)", watch.steal * 100, settings.max_steal * 100);
    if (watch.pressure && *watch.pressure > settings.max_pressure)
        return fmt::format("something waited for a CPU {:.0f} % of the time (at most {:.0f} %)", *watch.pressure * 100, settings.max_pressure * 100);
    for (const auto& [name, value] : watch.sentinels) {
        std::vector<double> values;
        for (const auto& other : session)
            if (auto it = other.sentinels.find(name); it != other.sentinels.end()) values.push_back(it->second);
        if (values.size() < kBootsForAMedian) continue;
        const double usual = median(values);
        if (usual <= 0) continue;
        const double limit = std::max(settings.sentinel, kUnusualDeviations * median_absolute_deviation(values) / usual);
        if (std::abs(value / usual - 1) > limit)
            return fmt::format("sentinel {} took {:.0f} ns, usually {:.0f} ns (at most {:.0f} % apart)", name, value, usual, limit * 100);
    }
    return {};
}

}  // namespace diobench
