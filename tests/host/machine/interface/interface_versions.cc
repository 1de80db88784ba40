// SPDX-License-Identifier: GPL-2.0-only
// The plugin's view of QEMU's plugin interface, against a stand-in for QEMU that has the functions of one version alone
// (FAKE_INTERFACE: 1 or 3).  Each version is a program of its own: which functions there are is asked of the program.
#include "bench/host/machine/plugin/qemu_interface.h"

#include <cstring>
#include <gtest/gtest.h>
#include <vector>

using namespace diobench::plugin;

namespace {

/// What translated code would add, and when.
struct Addition {
    bool at_access;
    qemu_plugin_mem_rw direction;
    uint64_t* counter;
    uint64_t much;
};
std::vector<Addition> additions;

const std::vector<uint8_t> kInstruction = {0x0f, 0x1f, 0x80, 0x10, 0x62, 0x69, 0x64};

}  // namespace

struct qemu_plugin_insn {
    std::vector<uint8_t> bytes;
};

extern "C" {

size_t qemu_plugin_insn_size(const qemu_plugin_insn* instruction) { return instruction->bytes.size(); }

#if FAKE_INTERFACE == 1
const void* qemu_plugin_insn_data_1(const qemu_plugin_insn* instruction) { return instruction->bytes.data(); }
void qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_insn*, qemu_plugin_op, void* counter, uint64_t much) {
    additions.push_back({false, {}, static_cast<uint64_t*>(counter), much});
}
void qemu_plugin_register_vcpu_mem_inline(qemu_plugin_insn*, qemu_plugin_mem_rw direction, qemu_plugin_op, void* counter, uint64_t much) {
    additions.push_back({true, direction, static_cast<uint64_t*>(counter), much});
}
#else
struct qemu_plugin_scoreboard {
    std::vector<uint64_t> memory;
};
size_t qemu_plugin_insn_data_3(const qemu_plugin_insn* instruction, void* into, size_t bytes) {
    bytes = std::min(bytes, instruction->bytes.size());
    std::memcpy(into, instruction->bytes.data(), bytes);
    return bytes;
}
// NOLINTNEXTLINE: as QEMU does, it is never freed.
qemu_plugin_scoreboard* qemu_plugin_scoreboard_new(size_t bytes) { static qemu_plugin_scoreboard only; only.memory.resize(bytes / sizeof(uint64_t)); return &only; }
void* qemu_plugin_scoreboard_find(qemu_plugin_scoreboard* score, unsigned cpu) { return cpu == 0 ? score->memory.data() : nullptr; }
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(qemu_plugin_insn*, qemu_plugin_op, qemu_plugin_u64 entry, uint64_t much) {
    additions.push_back({false, {}, entry.score->memory.data() + entry.offset / sizeof(uint64_t), much});
}
void qemu_plugin_register_vcpu_mem_inline_per_vcpu(qemu_plugin_insn*, qemu_plugin_mem_rw direction, qemu_plugin_op, qemu_plugin_u64 entry, uint64_t much) {
    additions.push_back({true, direction, entry.score->memory.data() + entry.offset / sizeof(uint64_t), much});
}
#endif
}

TEST(QemuInterface, IsTheOneThatThisQemuServes) { EXPECT_EQ(interface_version(), FAKE_INTERFACE); }

TEST(QemuInterface, ShowsTheBytesOfAnInstruction) {
    const qemu_plugin_insn instruction{kInstruction};
    const InstructionBytes bytes(&instruction);
    EXPECT_EQ(std::vector<uint8_t>(bytes.get().begin(), bytes.get().end()), kInstruction);
}

TEST(QemuInterface, CountsInTheCounterThatWasMeant) {
    auto* counters = static_cast<uint64_t*>(counter_memory(8 * sizeof(uint64_t)));
    ASSERT_NE(counters, nullptr);
    for (int i = 0; i < 8; ++i) EXPECT_EQ(counters[i], 0u);
    qemu_plugin_insn instruction{kInstruction};
    count_executions(&instruction, counters[2]);
    count_accesses(&instruction, QEMU_PLUGIN_MEM_R, counters[5]);
    count_accesses(&instruction, QEMU_PLUGIN_MEM_W, counters[7]);
    ASSERT_EQ(additions.size(), 3u);
    EXPECT_FALSE(additions[0].at_access);
    EXPECT_EQ(additions[1].direction, QEMU_PLUGIN_MEM_R);
    EXPECT_EQ(additions[2].direction, QEMU_PLUGIN_MEM_W);
    for (const auto& addition : additions) {
        EXPECT_EQ(addition.much, 1u);
        ++*addition.counter;
    }
    const std::vector<uint64_t> wanted = {0, 0, 1, 0, 0, 1, 0, 1};
    EXPECT_EQ(std::vector<uint64_t>(counters, counters + 8), wanted);
}
