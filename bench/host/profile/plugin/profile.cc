// SPDX-License-Identifier: GPL-2.0-only
// Loaded into QEMU (-plugin) by the exact machine: counts, for each kernel
// function, the instructions, loads and stores between two markers of the
// reader (bench/common/measure/marker.h), and writes a block of text a region
// (bench/host/profile/regions.h reads it).
//
// Each instruction adds to the counters of its function as it begins, by code
// that QEMU puts in line.  So a block of instructions that is left in its
// middle, by a fault or by an interrupt, is counted as far as it came.  An
// instruction that faults is counted again when it is repeated, which the
// virtual clock does not do.  The guest sees nothing of this: its clock counts
// its own instructions.
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "bench/common/measure/marker.h"
#include "bench/host/profile/plugin/symbol_table.h"

extern "C" {
#include "bench/host/profile/plugin/qemu_plugin_api.h"
}

namespace {

using diobench::Marker;
using diobench::plugin::SymbolTable;

struct Counters {
    uint64_t instructions = 0;
    uint64_t loads = 0;
    uint64_t stores = 0;
    uint64_t entries = 0;  ///< executions of the function's first instruction

    Counters operator-(const Counters& other) const {
        return {instructions - other.instructions, loads - other.loads, stores - other.stores, entries - other.entries};
    }
};

SymbolTable symbols;
// One a function, then the two below.  Never resized: translated code holds addresses into it.
std::vector<Counters> counters;
std::vector<Counters> at_begin;
std::FILE* output = nullptr;

size_t user_index() { return symbols.size(); }
size_t unknown_index() { return symbols.size() + 1; }

const char* name_of(size_t index) {
    if (index == user_index()) return "[user]";
    if (index == unknown_index()) return "[kernel, no symbol]";
    return symbols.name(index).c_str();
}

/// The bits executed since the last begin or end.
uint64_t tag = 0;
unsigned tag_bits = 0;
bool inside = false;

/// A stream that broke shows as a region without its last line.
void write_region() {
    std::fprintf(output, "region %08" PRIx32 "\n", static_cast<uint32_t>(tag));
    uint64_t total = 0;
    size_t lines = 0;
    for (size_t i = 0; i < counters.size(); ++i) {
        const Counters c = counters[i] - at_begin[i];
        if (c.instructions == 0) continue;
        std::fprintf(output, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", c.instructions, c.loads, c.stores, c.entries, name_of(i));
        total += c.instructions;
        ++lines;
    }
    std::fprintf(output, "end %zu %" PRIu64 "\n", lines, total);
    std::fflush(output);
}

void complain(const char* what) {
    std::fprintf(output, "fault %s\n", what);
    std::fflush(output);
}

void on_marker(unsigned, void* which) {
    switch (static_cast<Marker>(reinterpret_cast<uintptr_t>(which))) {
        case Marker::bit0:
        case Marker::bit1:
            if (inside) complain("a tag inside a region: two readers at once");
            tag = tag << 1 | (reinterpret_cast<uintptr_t>(which) & 1);
            ++tag_bits;
            return;
        case Marker::begin:
            if (inside || tag_bits != diobench::kMarkerTagBits) complain("a region that begins inside another or without a whole tag");
            inside = true;
            at_begin = counters;
            return;
        case Marker::end:
            if (inside) write_region();
            else complain("a region that ends without a beginning");
            inside = false;
            tag = 0;
            tag_bits = 0;
            return;
    }
}

/// Registers the marker if it is one.
bool take_marker(qemu_plugin_insn* instruction) {
    if (qemu_plugin_insn_size(instruction) != diobench::kMarkerBytes) return false;
    const void* bytes = qemu_plugin_insn_data(instruction);
    for (Marker marker : {Marker::bit0, Marker::bit1, Marker::begin, Marker::end}) {
        const auto wanted = diobench::marker_bytes(marker);
        if (std::memcmp(bytes, wanted.data(), wanted.size()) != 0) continue;
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_marker, QEMU_PLUGIN_CB_NO_REGS,
                                               reinterpret_cast<void*>(static_cast<uintptr_t>(marker)));
        return true;
    }
    return false;
}

size_t index_of(uint64_t address) {
    if (address < SymbolTable::kLowestKernelAddress) return user_index();
    const size_t found = symbols.find(address);
    return found < symbols.size() ? found : unknown_index();
}

void on_translation(qemu_plugin_id_t, qemu_plugin_tb* block) {
    const size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t i = 0; i < count; ++i) {
        qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
        if (take_marker(instruction)) continue;
        const uint64_t address = qemu_plugin_insn_vaddr(instruction);
        const size_t index = index_of(address);
        Counters& c = counters[index];
        qemu_plugin_register_vcpu_insn_exec_inline(instruction, QEMU_PLUGIN_INLINE_ADD_U64, &c.instructions, 1);
        if (index < symbols.size() && symbols.address(index) == address)
            qemu_plugin_register_vcpu_insn_exec_inline(instruction, QEMU_PLUGIN_INLINE_ADD_U64, &c.entries, 1);
        qemu_plugin_register_vcpu_mem_inline(instruction, QEMU_PLUGIN_MEM_R, QEMU_PLUGIN_INLINE_ADD_U64, &c.loads, 1);
        qemu_plugin_register_vcpu_mem_inline(instruction, QEMU_PLUGIN_MEM_W, QEMU_PLUGIN_INLINE_ADD_U64, &c.stores, 1);
    }
}

int refuse(const std::string& why) {
    std::fprintf(stderr, "diobench profile plugin: %s\n", why.c_str());
    return -1;
}

int check_qemu(const qemu_info_t& info) {
    if (info.version.min > DIOBENCH_PLUGIN_API || info.version.cur < DIOBENCH_PLUGIN_API)
        return refuse("it speaks version " + std::to_string(DIOBENCH_PLUGIN_API) + " of QEMU's plugin interface, this QEMU " +
                      std::to_string(info.version.min) + " to " + std::to_string(info.version.cur) + "; install Debian 12's QEMU 7.2");
    if (!info.system_emulation || std::strcmp(info.target_name, "x86_64") != 0)
        return refuse(std::string("it counts on qemu-system-x86_64, this is for ") + info.target_name);
    if (info.system.smp_vcpus != 1) return refuse("one CPU is counted, this machine has " + std::to_string(info.system.smp_vcpus));
    return 0;
}

}  // namespace

extern "C" {

int qemu_plugin_version = DIOBENCH_PLUGIN_API;

/// Arguments: symbols=PATH (a System.map), output=PATH (is made empty).
int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
    if (int status = check_qemu(*info); status != 0) return status;
    std::string symbol_file, output_file;
    for (int i = 0; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument.starts_with("symbols=")) symbol_file = argument.substr(std::strlen("symbols="));
        else if (argument.starts_with("output=")) output_file = argument.substr(std::strlen("output="));
        else return refuse("unknown argument " + argument);
    }
    if (!symbols.read(symbol_file.c_str())) return refuse("no kernel functions in \"" + symbol_file + "\" (symbols=)");
    output = std::fopen(output_file.c_str(), "we");
    if (output == nullptr) return refuse("cannot write \"" + output_file + "\" (output=): " + std::strerror(errno));
    counters.resize(symbols.size() + 2);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
}
