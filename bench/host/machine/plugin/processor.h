// SPDX-License-Identifier: GPL-2.0-only
// What the cost model knows of a processor: sizes as its vendor states them, and costs.
#pragma once

#include <cstdint>
#include <string_view>

namespace diobench::plugin {

struct CacheSize {
    uint64_t bytes = 0;
    unsigned ways = 0;
};

/// Costs are beyond what an instruction takes, in cycles, as far as other work does not hide them.
struct Processor {
    std::string_view name;
    CacheSize l1, l2, l3;             ///< data, of one core; l3: of what shares it
    double cycles_per_ns = 0;
    double instruction_cycles = 0;    ///< with all its data in L1
    double string_cycles = 0;         ///< one of the 8-byte steps of a string instruction, each of which the emulator counts
    double l2_cycles = 0, l3_cycles = 0;
    double stream_cycles = 0;         ///< a line of 64 bytes from memory that the prefetcher saw coming: bandwidth
    double memory_cycles = 0;         ///< any other line from memory: latency
    double syscall_cycles = 0;        ///< into the kernel and back, beyond the instructions
    double interrupt_cycles = 0;      ///< an interrupt or exception and its IRET, beyond the instructions
    double fault_cycles = 0;          ///< a page fault, beyond that
    double wakeup_ns = 0;             ///< from an interrupt to the first instruction of a CPU that is halted
};

/// A server processor of 2024.  Sizes: AMD's product brief of the EPYC 9005 series and its optimization guide of Zen 5 (48 KiB 12-way, 1 MiB
/// 16-way, 32 MiB 16-way); latencies of 14 and about 50 cycles and 110 ns, of which half is taken to be hidden; 20 GB/s to one core.
/// Kernel code has its own instructions, translations and branches to wait for, which no cache here stands for: an instruction a cycle.
/// Costs of transitions (of an x86 without mitigations) and of a wake-up (from state C1) are assumed by their order of magnitude, not measured.
inline constexpr Processor kModelledProcessor{
    .name = "AMD EPYC 9005 (Zen 5)",
    .l1 = {48 << 10, 12},
    .l2 = {1 << 20, 16},
    .l3 = {32 << 20, 16},
    .cycles_per_ns = 4.0,
    .instruction_cycles = 1.0,
    .string_cycles = 0.25,
    .l2_cycles = 7,
    .l3_cycles = 25,
    .stream_cycles = 13,
    .memory_cycles = 220,
    .syscall_cycles = 80,
    .interrupt_cycles = 500,
    .fault_cycles = 0,
    .wakeup_ns = 1000,
};

/// The same processor where the kernel is a process of it: what `calibrate --clock` holds beside machine uml. Ways into the kernel as a loop of
/// getppid(), first touches of pages and sleeps found them there in Linux 6.12 on two CPUs (10 us, 35 us of which the kernel's own work is some,
/// 110 us late); an interrupt is a signal, taken for half a system call.
inline constexpr Processor kUserModeLinux = [] {
    Processor out = kModelledProcessor;
    out.name = "User Mode Linux on AMD EPYC 9005 (Zen 5)";
    out.syscall_cycles = 4.0 * 10'000;
    out.interrupt_cycles = 4.0 * 5'000;
    out.fault_cycles = 4.0 * 25'000;
    out.wakeup_ns = 60'000;
    return out;
}();

}  // namespace diobench::plugin
