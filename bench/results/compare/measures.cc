// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/measures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/base/units.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

constexpr double kNsPerUs = 1000.0;
constexpr size_t kMostDevices = 2;  ///< that are named
constexpr std::string_view kModel = "1 instruction = 1 ns";

std::optional<double> throughput_of(const CellResult& c) { return c.metric("throughput_bytes_per_s"); }
std::optional<double> p99_of(const CellResult& c) { return c.metric("latency_ns.p99"); }
std::optional<double> mean_of(const CellResult& c) { return c.metric("latency_ns.mean"); }
std::optional<double> evicted_of(const CellResult& c) { return c.metric("neighbour.evicted_bytes"); }
std::optional<double> cpu_of(const CellResult& c) { return c.metric("cpu_ns_per_op.total"); }

std::string rate_text(double bytes_per_s) { return human_bytes(bytes_per_s) + "/s"; }
std::string signed_bytes_text(double bytes) { return bytes < 0 ? "-" + human_bytes(-bytes) : human_bytes(bytes); }

/// "5,870 instructions".
std::string instructions_text(double count) {
    std::string digits = fmt::format("{:.0f}", std::abs(count));
    for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
    return fmt::format("{}{} instructions", count < 0 ? "-" : "", digits);
}

/// Folders and inodes that a machine keeps or drops by itself.
constexpr double kFewPages = 64 << 10;

constexpr Measure kPageCache{"page_cache_growth_bytes", "page cache, MiB", kMiB, Direction::lower_is_better, NumberKind::counted,
                             "leaves less in the page cache", "leaves more in the page cache", "", page_cache_growth_bytes, signed_bytes_text, "page cache", kFewPages};
constexpr Measure kEvicted{"evicted_bytes", "evicted, MiB", kMiB, Direction::lower_is_better, NumberKind::counted,
                           "evicts less", "evicts more", "", evicted_of, signed_bytes_text, "evicted", kFewPages};

constexpr std::array kVirtual = {
    Measure{"cpu_ns_per_op", "1,000 instructions per read", kNsPerUs, Direction::lower_is_better, NumberKind::counted,
            "needs fewer instructions per read", "needs more instructions per read", "needs {} of its instructions", cpu_of, instructions_text, "instructions per read"},
    kPageCache,
    Measure{"throughput_bytes_per_s", "throughput, MiB/s", kMiB, Direction::higher_is_better, NumberKind::modelled,
            "has a higher throughput", "has a lower throughput", "reaches {} of its throughput", throughput_of, rate_text},
    Measure{"latency_p99_ns", "p99 latency, us", kNsPerUs, Direction::lower_is_better, NumberKind::modelled,
            "has a lower p99 latency", "has a higher p99 latency", "", p99_of, human_ns},
};

constexpr std::array kReal = {
    Measure{"throughput_bytes_per_s", "throughput, MiB/s", kMiB, Direction::higher_is_better, NumberKind::timed,
            "reads faster", "reads slower", "reaches {} of its throughput", throughput_of, rate_text},
    Measure{"latency_p99_ns", "p99 latency, us", kNsPerUs, Direction::lower_is_better, NumberKind::timed,
            "has a lower p99 latency", "has a higher p99 latency", "", p99_of, human_ns},
    Measure{"cpu_ns_per_op", "CPU per read, us", kNsPerUs, Direction::lower_is_better, NumberKind::timed,
            "needs less CPU per read", "needs more CPU per read", "needs {} of its CPU", cpu_of, human_ns, "CPU per read"},
    kPageCache,
};

constexpr Measure kTime{"latency_mean_ns", "time per read, us", kNsPerUs, Direction::lower_is_better, NumberKind::timed,
                        "takes less time per read", "takes more time per read", "", mean_of, human_ns, "time per read"};

constexpr Measure as_modelled(Measure measure) {
    measure.kind = NumberKind::modelled;
    return measure;
}
constexpr Measure kModelledTime = as_modelled(kTime);

bool is_virtual(const ClockInfo& clock) { return clock.kind == "virtual"; }

}  // namespace

std::span<const Measure> comparison_measures(const ClockInfo& clock) {
    if (is_virtual(clock)) return kVirtual;
    return kReal;
}

const Measure& comparison_measure(const ClockInfo& clock, std::string_view name) {
    const auto all = comparison_measures(clock);
    return *std::find_if(all.begin(), all.end(), [&](const Measure& m) { return m.name == name; });
}

const Measure& time_per_read(const ClockInfo& clock) { return is_virtual(clock) ? kModelledTime : kTime; }
const Measure& evicted_of_neighbour() { return kEvicted; }

std::string_view kind_name(NumberKind kind) {
    switch (kind) {
    case NumberKind::counted: return "counted";
    case NumberKind::modelled: return "modelled";
    case NumberKind::timed: return "timed";
    }
    return "?";
}

std::string kind_text(NumberKind kind, const std::set<std::string>& devices) {
    if (kind != NumberKind::modelled) return std::string(kind_name(kind));
    const bool few = !devices.empty() && devices.size() <= kMostDevices;
    const std::string named = few ? "device " + join({devices.begin(), devices.end()}, " or ") : "the simulated device";
    return fmt::format("{} ({}, {})", kind_name(kind), kModel, named);
}

std::string_view clock_meaning(const ClockInfo& clock) {
    if (is_virtual(clock))
        return "Instructions, bytes and pages are counted and the same on every host. Throughput and latency are modelled: an instruction takes "
               "1 ns, and the simulated device its latency. They rank the arms and show changes, but leave out caches, memory and the bus, and "
               "are not what a stopwatch would show.";
    return "Throughput, latency and CPU time are timed and have the noise of this host in them: what differs little may differ by chance. Bytes "
           "and pages are counted.";
}

double wrong_floor_from(const ClockInfo& clock) { return is_virtual(clock) ? 0.005 : 0.1; }

std::string_view faster_words(const ClockInfo& clock) { return is_virtual(clock) ? "is modelled faster" : "is faster"; }

}  // namespace diobench
