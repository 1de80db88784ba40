// SPDX-License-Identifier: GPL-2.0-only
// Counts, for each kernel function, the instructions, loads and stores between
// two markers of the reader (bench/common/measure/marker.h), and the bytes that
// the CPU copies, and writes a block of text a region
// (bench/host/profile/regions.h reads it).
//
// Each instruction adds to the counters of its function as it begins, by code
// that QEMU puts in line.  So a block of instructions that is left in its
// middle, by a fault or by an interrupt, is counted as far as it came.  An
// instruction that faults is counted again when it is repeated, which the
// virtual clock does not do.  The guest sees nothing of this: its clock counts
// its own instructions.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/common/measure/marker.h"
#include "bench/host/machine/plugin/cache_model.h"
#include "bench/host/machine/plugin/symbol_table.h"

namespace diobench::plugin {

struct Counters {
    uint64_t instructions = 0;
    uint64_t loads = 0;
    uint64_t stores = 0;
    uint64_t entries = 0;  ///< executions of the function's first instruction

    Counters operator-(const Counters& other) const {
        return {instructions - other.instructions, loads - other.loads, stores - other.stores, entries - other.entries};
    }
};

/// Bytes that functions made for copying moved; what the compiler copies in line is not in it.
struct CopiedBytes {
    uint64_t user = 0;    ///< to or from user memory
    uint64_t kernel = 0;  ///< from kernel memory to kernel memory
};

/// What a function is there to copy.
enum class Copies : uint8_t { nothing, user, kernel };

class FunctionCounting {
public:
    /// What is wrong, or nothing.
    std::string open(const std::string& symbol_file, const std::string& output_file);
    [[nodiscard]] bool active() const { return output_ != nullptr; }
    /// Zeroed memory of so many bytes has to be given before anything is counted, and stays where it is: translated code adds to it.
    [[nodiscard]] size_t counter_bytes() const { return copies_.size() * sizeof(Counters); }
    [[nodiscard]] bool has_counters() const { return !counters_.empty(); }
    void count_in(void* memory) { counters_ = {static_cast<Counters*>(memory), copies_.size()}; }
    /// From here on every region says where its lines of memory were found.
    void model(const Processor& processor) { caches_.emplace(processor); }
    [[nodiscard]] bool models() const { return caches_.has_value(); }
    [[nodiscard]] bool inside() const { return inside_; }
    [[nodiscard]] CacheModel& caches() { return *caches_; }

    void on_marker(Marker marker);

    /// Of the instruction at this address; the address stays good.
    [[nodiscard]] Counters& counters_at(uint64_t address) { return counters_[index_of(address)]; }
    [[nodiscard]] bool is_entry(uint64_t address) const;
    [[nodiscard]] Copies copies_at(uint64_t address) const { return copies_[index_of(address)]; }

    /// An access of a function that copies.
    void on_copy(Copies copies, uint64_t address, bool is_store, uint64_t bytes) {
        const bool is_user = address < SymbolTable::kLowestKernelAddress;
        if (copies == Copies::user && is_user) copied_.user += bytes;
        if (copies == Copies::kernel && is_store) copied_.kernel += bytes;
    }

private:
    [[nodiscard]] size_t user_index() const { return symbols_.size(); }
    [[nodiscard]] size_t unknown_index() const { return symbols_.size() + 1; }
    [[nodiscard]] size_t index_of(uint64_t address) const;
    [[nodiscard]] const char* name_of(size_t index) const;
    void begin_region();
    void write_region();
    void complain(const char* what);

    SymbolTable symbols_;
    // One a function, then user space and the kernel's rest.
    std::span<Counters> counters_;
    std::vector<Counters> at_begin_;
    std::vector<Copies> copies_;
    CopiedBytes copied_;
    CopiedBytes copied_at_begin_;
    std::optional<CacheModel> caches_;
    LineCounts traffic_at_begin_;
    std::FILE* output_ = nullptr;
    uint64_t tag_ = 0;  ///< the bits executed since the last begin or end
    unsigned tag_bits_ = 0;
    bool inside_ = false;
};

}  // namespace diobench::plugin
