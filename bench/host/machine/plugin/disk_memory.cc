// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/plugin/disk_memory.h"

#include <sys/mman.h>

namespace diobench::plugin {

std::span<uint8_t> disk_memory(uint64_t bytes) {
    void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return {};
    return {static_cast<uint8_t*>(at), bytes};
}

}  // namespace diobench::plugin
