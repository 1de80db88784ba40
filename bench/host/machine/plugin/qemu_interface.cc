// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/plugin/qemu_interface.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace diobench::plugin {

namespace {

bool has_scoreboards() { return qemu_plugin_scoreboard_new != nullptr; }

std::vector<std::byte> memory;  ///< version 1
qemu_plugin_scoreboard* scoreboard = nullptr;

/// A counter as versions with scoreboards name it.
qemu_plugin_u64 entry_of(const uint64_t& counter) {
    const auto* begin = static_cast<const std::byte*>(qemu_plugin_scoreboard_find(scoreboard, 0));
    return {scoreboard, static_cast<size_t>(reinterpret_cast<const std::byte*>(&counter) - begin)};
}

}  // namespace

int interface_version() { return has_scoreboards() ? 3 : 1; }

InstructionBytes::InstructionBytes(const qemu_plugin_insn* instruction) : size_(std::min(qemu_plugin_insn_size(instruction), bytes_.size())) {
    if (has_scoreboards()) size_ = qemu_plugin_insn_data_3(instruction, bytes_.data(), size_);
    else std::memcpy(bytes_.data(), qemu_plugin_insn_data_1(instruction), size_);
}

void* counter_memory(size_t bytes) {
    if (!has_scoreboards()) {
        memory.resize(bytes);
        return memory.data();
    }
    // QEMU has room for 16 CPUs from the start, and moves it for more only.
    scoreboard = qemu_plugin_scoreboard_new(bytes);
    return qemu_plugin_scoreboard_find(scoreboard, 0);
}

void count_executions(qemu_plugin_insn* instruction, uint64_t& counter) {
    if (has_scoreboards()) qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(instruction, QEMU_PLUGIN_INLINE_ADD_U64, entry_of(counter), 1);
    else qemu_plugin_register_vcpu_insn_exec_inline(instruction, QEMU_PLUGIN_INLINE_ADD_U64, &counter, 1);
}

void count_accesses(qemu_plugin_insn* instruction, qemu_plugin_mem_rw direction, uint64_t& counter) {
    if (has_scoreboards()) qemu_plugin_register_vcpu_mem_inline_per_vcpu(instruction, direction, QEMU_PLUGIN_INLINE_ADD_U64, entry_of(counter), 1);
    else qemu_plugin_register_vcpu_mem_inline(instruction, direction, QEMU_PLUGIN_INLINE_ADD_U64, &counter, 1);
}

}  // namespace diobench::plugin
