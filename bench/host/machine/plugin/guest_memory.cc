// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/plugin/guest_memory.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <sys/mman.h>

namespace diobench::plugin {

namespace {

// Memory of the board is one piece from 0 to at least here; what is more of it begins at 4 GiB.
constexpr size_t kBelowHole = size_t{3} << 30;

}  // namespace

std::span<uint8_t> guest_memory_in(const std::string& maps) {
    std::span<uint8_t> out;
    std::istringstream lines(maps);
    for (std::string line; std::getline(lines, line);) {
        uint64_t begin = 0, end = 0;
        char permissions[5] = {};
        if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %4s", &begin, &end, permissions) != 3) continue;
        if (line.find("memfd:") == std::string::npos || std::string(permissions) != "rw-s") continue;
        if (end - begin > out.size()) out = {reinterpret_cast<uint8_t*>(begin), end - begin};
    }
    return out;
}

std::span<uint8_t> guest_memory() {
    std::ifstream file("/proc/self/maps");
    std::ostringstream text;
    text << file.rdbuf();
    const std::span<uint8_t> found = guest_memory_in(text.str());
    return found.first(std::min(found.size(), kBelowHole));
}

std::span<uint8_t> disk_memory(uint64_t bytes) {
    void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return {};
    return {static_cast<uint8_t*>(at), bytes};
}

}  // namespace diobench::plugin
