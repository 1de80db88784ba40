// SPDX-License-Identifier: GPL-2.0-only
// What a cell executed, by kernel function.  Only machine exact counts.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bench/common/base/error.h"

namespace diobench {

/// Of one function, or of all user space.
struct InstructionCounts {
    uint64_t instructions = 0;
    uint64_t loads = 0;    ///< accesses to memory, whatever their width
    uint64_t stores = 0;
    uint64_t entries = 0;  ///< executions of the function's first instruction: calls, as a rule

    InstructionCounts& operator+=(const InstructionCounts& other);
    bool operator==(const InstructionCounts&) const = default;
};

/// Bytes that the CPU moved by the kernel's copying functions; what a device moves by DMA is not in it.
struct CopyCounts {
    uint64_t user = 0;    ///< to or from the memory of a process
    uint64_t kernel = 0;  ///< from kernel memory to kernel memory
    bool operator==(const CopyCounts&) const = default;
};

/// Lines of 64 bytes that loads and stores touched, by which cache of the modelled processor had them (cost_model.h).
struct MemoryTraffic {
    uint64_t l1 = 0;
    uint64_t l2 = 0;
    uint64_t l3 = 0;
    uint64_t streamed = 0;      ///< memory; the prefetcher saw it coming
    uint64_t missed = 0;        ///< memory
    uint64_t string_steps = 0;  ///< of the instructions: steps of string instructions
    bool operator==(const MemoryTraffic&) const = default;
};

/// Everything the machine executed between the two markers around a cell's
/// timed region: all processes, interrupts and kernel threads.  Idle time is no
/// instructions.  The region is larger than the timed one by the reader's
/// preparation, some thousand instructions, the same for all kernels.
struct CellProfile {
    std::string kernel;
    std::string cell;
    uint64_t seed = 1;
    uint64_t ops = 0;         ///< reads in the region
    uint64_t bytes = 0;       ///< that those reads returned
    uint64_t elapsed_ns = 0;  ///< of the timed region: instructions and idle time
    InstructionCounts user;   ///< all processes
    CopyCounts copied;
    std::optional<MemoryTraffic> traffic;  ///< of runs with the cost model
    /// Parts that the compiler split off ("f.cold", "f.isra.0") are with "f".
    std::map<std::string, InstructionCounts> functions;

    [[nodiscard]] InstructionCounts in_kernel() const;
    [[nodiscard]] InstructionCounts total() const;

    [[nodiscard]] nlohmann::ordered_json to_json() const;
    /// Strict: errors name the place as a JSON pointer.
    [[nodiscard]] static Result<CellProfile> from_json(const nlohmann::ordered_json& json);
    bool operator==(const CellProfile&) const = default;
};

}  // namespace diobench
