// SPDX-License-Identifier: GPL-2.0-only
// What differs between the versions of QEMU's plugin interface.  One plugin
// speaks to all of them: which one is there is asked of the QEMU that loads it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

extern "C" {
#include "bench/host/machine/plugin/qemu_plugin_api.h"
}

namespace diobench::plugin {

/// The version that is spoken to this QEMU, which refuses the plugin if it does not serve it: 1 (QEMU up to 8.2) or 3 (from 9.1).
[[nodiscard]] int interface_version();

/// The bytes of an instruction, of which x86 has 15 at most.
class InstructionBytes {
public:
    explicit InstructionBytes(const qemu_plugin_insn* instruction);
    [[nodiscard]] std::span<const uint8_t> get() const { return {bytes_.data(), size_}; }

private:
    std::array<uint8_t, 16> bytes_{};
    size_t size_;
};

/// Zeroed memory in which translated code of the only CPU counts.  Once a process, and when there is a CPU: it stays where it is.
[[nodiscard]] void* counter_memory(size_t bytes);
/// Translated code adds 1 to a counter in that memory before each execution of the instruction...
void count_executions(qemu_plugin_insn* instruction, uint64_t& counter);
/// ...or after each of its accesses to memory in this direction.
void count_accesses(qemu_plugin_insn* instruction, qemu_plugin_mem_rw direction, uint64_t& counter);

}  // namespace diobench::plugin
