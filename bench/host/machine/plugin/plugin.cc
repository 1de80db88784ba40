// SPDX-License-Identifier: GPL-2.0-only
// Loaded into QEMU (-plugin) by the exact machine: its disks' DMA engine and,
// if asked for, counting by kernel function.  What QEMU calls is here; what
// differs between versions of its plugin interface is in qemu_interface.h.
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

#include "bench/common/measure/marker.h"
#include "bench/host/machine/plugin/counting.h"
#include "bench/host/machine/plugin/disk_memory.h"
#include "bench/host/machine/plugin/dma_engine.h"
#include "bench/host/machine/plugin/qemu_interface.h"

namespace {

using diobench::Marker;
using namespace diobench::plugin;

FunctionCounting counting;
std::vector<std::span<uint8_t>> disks;
std::optional<DmaEngine> engine;

/// All of the guest's memory below 3 GiB as one piece from 0, hole included; empty if it is not one.
std::span<uint8_t> guest_memory() {
    constexpr uint64_t kBehindHole = 1 << 20;
    uint64_t low = 4096;
    uint64_t rest = (uint64_t{3} << 30) - kBehindHole;
    auto* begin = static_cast<uint8_t*>(cpu_physical_memory_map(0, &low, true));
    auto* behind_hole = static_cast<uint8_t*>(cpu_physical_memory_map(kBehindHole, &rest, true));
    if (begin == nullptr || behind_hole != begin + kBehindHole) return {};
    return {begin, kBehindHole + rest};
}

/// The driver speaks first: by then the guest's memory is there.
DmaEngine& the_engine() {
    if (!engine) engine.emplace(GuestMemory(guest_memory()), disks);
    return *engine;
}

void on_marker(unsigned, void* which) {
    const auto marker = static_cast<Marker>(reinterpret_cast<uintptr_t>(which));
    switch (marker) {
        case Marker::dma_bit0:
        case Marker::dma_bit1: return the_engine().take_bit(marker == Marker::dma_bit1);
        case Marker::dma_attach:
            if (!the_engine().attach()) std::fprintf(stderr, "diobench plugin: the guest's memory is not where the DMA engine looks for it\n");
            return;
        case Marker::dma_execute: return the_engine().execute();
        default:
            if (counting.active()) counting.on_marker(marker);
    }
}

bool is_of_kernel(Marker marker) { return marker >= Marker::dma_bit0; }

/// Registers the marker if it is one.  Those of the DMA engine are the kernel's alone.
bool take_marker(qemu_plugin_insn* instruction) {
    if (qemu_plugin_insn_size(instruction) != diobench::kMarkerBytes) return false;
    const InstructionBytes bytes(instruction);
    for (Marker marker : {Marker::bit0, Marker::bit1, Marker::begin, Marker::end, Marker::dma_bit0, Marker::dma_bit1, Marker::dma_attach, Marker::dma_execute}) {
        const auto wanted = diobench::marker_bytes(marker);
        if (std::memcmp(bytes.get().data(), wanted.data(), wanted.size()) != 0) continue;
        if (is_of_kernel(marker) && qemu_plugin_insn_vaddr(instruction) < SymbolTable::kLowestKernelAddress) return false;
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_marker, QEMU_PLUGIN_CB_NO_REGS,
                                               reinterpret_cast<void*>(static_cast<uintptr_t>(marker)));
        return true;
    }
    return false;
}

void on_copy(unsigned, qemu_plugin_meminfo_t info, uint64_t address, void* copies) {
    counting.on_copy(static_cast<Copies>(reinterpret_cast<uintptr_t>(copies)), address, qemu_plugin_mem_is_store(info), uint64_t{1} << qemu_plugin_mem_size_shift(info));
}

/// MOVS, STOS, CMPS, LODS, SCAS with a repeat prefix: the emulator counts each step as an instruction.
bool is_string_instruction(const qemu_plugin_insn* instruction) {
    const InstructionBytes all(instruction);
    const auto bytes = all.get();
    if (bytes.size() < 2 || (bytes.front() & 0xfe) != 0xf2) return false;
    const uint8_t opcode = bytes.back();
    return (opcode & 0xfc) == 0xa4 || (opcode >= 0xaa && opcode <= 0xaf);
}

void on_access(unsigned, qemu_plugin_meminfo_t info, uint64_t address, void* string_step) {
    if (!counting.inside()) return;
    const qemu_plugin_hwaddr* place = qemu_plugin_get_hwaddr(info, address);
    if (place == nullptr || qemu_plugin_hwaddr_is_io(place)) return;
    counting.caches().access(qemu_plugin_hwaddr_phys_addr(place), uint64_t{1} << qemu_plugin_mem_size_shift(info));
    if (string_step != nullptr && qemu_plugin_mem_is_store(info)) counting.caches().string_step();
}

void count(qemu_plugin_insn* instruction) {
    const uint64_t address = qemu_plugin_insn_vaddr(instruction);
    Counters& c = counting.counters_at(address);
    count_executions(instruction, c.instructions);
    if (counting.is_entry(address)) count_executions(instruction, c.entries);
    count_accesses(instruction, QEMU_PLUGIN_MEM_R, c.loads);
    count_accesses(instruction, QEMU_PLUGIN_MEM_W, c.stores);
    if (counting.models())
        qemu_plugin_register_vcpu_mem_cb(instruction, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
                                         reinterpret_cast<void*>(static_cast<uintptr_t>(is_string_instruction(instruction))));
    if (const Copies copies = counting.copies_at(address); copies != Copies::nothing)
        qemu_plugin_register_vcpu_mem_cb(instruction, on_copy, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, reinterpret_cast<void*>(static_cast<uintptr_t>(copies)));
}

void on_translation(qemu_plugin_id_t, qemu_plugin_tb* block) {
    if (counting.active() && !counting.has_counters()) counting.count_in(counter_memory(counting.counter_bytes()));
    const size_t instructions = qemu_plugin_tb_n_insns(block);
    for (size_t i = 0; i < instructions; ++i) {
        qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
        const bool marker = take_marker(instruction);
        // The reader's markers are around what is counted, the kernel's are in it.
        if (counting.active() && (!marker || qemu_plugin_insn_vaddr(instruction) >= SymbolTable::kLowestKernelAddress)) count(instruction);
    }
}

int refuse(const std::string& why) {
    std::fprintf(stderr, "diobench plugin: %s\n", why.c_str());
    return -1;
}

int check_qemu(const qemu_info_t& info) {
    if (!info.system_emulation || std::strcmp(info.target_name, "x86_64") != 0)
        return refuse(std::string("it is for qemu-system-x86_64, this is for ") + info.target_name);
    if (cpu_physical_memory_map == nullptr)
        return refuse("this QEMU is built without modules, so that it does not say where the guest's memory is; install Debian's qemu-system-x86");
    if (info.system.smp_vcpus != 1) return refuse("one CPU is counted, this machine has " + std::to_string(info.system.smp_vcpus));
    return 0;
}

/// One more disk; false if the size is not one or there is no such memory.
bool add_disk(std::string_view text) {
    uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
    if (error != std::errc() || end != text.data() + text.size() || bytes == 0 || bytes % DmaEngine::kBlockBytes != 0) return false;
    disks.push_back(disk_memory(bytes));
    return !disks.back().empty() && disks.size() <= DmaControl::kDisks;
}

}  // namespace

extern "C" {

/// QEMU reads it when the plugin is loaded, and refuses a version that it does not serve.
int qemu_plugin_version = interface_version();

/// Arguments: disk=BYTES for each disk; symbols=PATH (a System.map) and output=PATH (is made empty) to count; model=on with that.
int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
    if (int status = check_qemu(*info); status != 0) return status;
    std::string symbol_file, output_file;
    bool model = false;
    for (int i = 0; i < argc; ++i) {
        const std::string argument = argv[i];
        const size_t equals = argument.find('=');
        const std::string value = equals == std::string::npos ? std::string() : argument.substr(equals + 1);
        if (argument.starts_with("symbols=")) symbol_file = value;
        else if (argument.starts_with("output=")) output_file = value;
        else if (argument == "model=on") model = true;
        else if (!argument.starts_with("disk=")) return refuse("unknown argument " + argument);
        else if (!add_disk(value)) return refuse("no disk of " + value + " bytes (disk=)");
    }
    if (!output_file.empty())
        if (const std::string wrong = counting.open(symbol_file, output_file); !wrong.empty()) return refuse(wrong);
    if (model && counting.active()) counting.model(kModelledProcessor);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
}
