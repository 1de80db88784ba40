// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/cost_model.h"

#include <algorithm>
#include <fmt/format.h>

namespace diobench {

namespace {

uint64_t entries_of(const CellProfile& profile, const char* function) {
    const auto found = profile.functions.find(function);
    return found == profile.functions.end() ? 0 : found->second.entries;
}

/// Into the kernel and out of it: what the processor does beyond its instructions. Names as in arch/x86/entry/entry_64.S and arch/x86/mm/fault.c.
double transition_cycles(const CellProfile& profile, const plugin::Processor& processor) {
    return static_cast<double>(entries_of(profile, "entry_SYSCALL_64")) * processor.syscall_cycles +
           static_cast<double>(entries_of(profile, "native_irq_return_iret")) * processor.interrupt_cycles +
           static_cast<double>(entries_of(profile, "exc_page_fault")) * processor.fault_cycles;
}

double cycles_of(const CellProfile& profile, const MemoryTraffic& t, const plugin::Processor& processor) {
    const double steps = static_cast<double>(std::min(t.string_steps, profile.total().instructions));
    const double instructions = static_cast<double>(profile.total().instructions) - steps;
    return instructions * processor.instruction_cycles + transition_cycles(profile, processor) + steps * processor.string_cycles + static_cast<double>(t.l2) * processor.l2_cycles +
           static_cast<double>(t.l3) * processor.l3_cycles + static_cast<double>(t.streamed) * processor.stream_cycles +
           static_cast<double>(t.missed) * processor.memory_cycles;
}

}  // namespace

std::optional<double> modelled_cpu_ns(const CellProfile& profile, const plugin::Processor& processor) {
    if (!profile.traffic) return std::nullopt;
    return cycles_of(profile, *profile.traffic, processor) / processor.cycles_per_ns;
}

std::optional<double> modelled_stretch(const CellProfile& profile, const plugin::Processor& processor) {
    const auto cpu = modelled_cpu_ns(profile, processor);
    if (!cpu || profile.elapsed_ns == 0) return std::nullopt;
    const double elapsed = static_cast<double>(profile.elapsed_ns);
    // The region is a little longer than the timed one.
    const double idle = std::max(0.0, elapsed - static_cast<double>(profile.total().instructions));
    const double wakeups = static_cast<double>(entries_of(profile, "arch_cpu_idle")) * processor.wakeup_ns;
    return (idle + wakeups + *cpu) / elapsed;
}

std::string cost_model_text() {
    constexpr plugin::Processor kProcessor = plugin::kModelledProcessor;
    return fmt::format("{}: {} KiB, {} MiB, {} MiB of cache, {} cycles a ns; cycles: {} an instruction, {} a step of a string instruction, {} a line from L2, {} from L3, {} from memory in a stream, {} otherwise, {} a system call, {} an interrupt or exception; {} ns a wake-up",
                       kProcessor.name, kProcessor.l1.bytes >> 10, kProcessor.l2.bytes >> 20, kProcessor.l3.bytes >> 20, kProcessor.cycles_per_ns, kProcessor.instruction_cycles,
                       kProcessor.string_cycles, kProcessor.l2_cycles, kProcessor.l3_cycles, kProcessor.stream_cycles, kProcessor.memory_cycles,
                       kProcessor.syscall_cycles, kProcessor.interrupt_cycles, kProcessor.wakeup_ns);
}

}  // namespace diobench
