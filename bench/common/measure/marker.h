// SPDX-License-Identifier: GPL-2.0-only
// How the guest tells the emulator what it does: the reader where it begins and ends, the driver of the exact machine's disks
// that a transfer is due.
#pragma once

#include <array>
#include <cstdint>

namespace diobench {

/// A marker is the 7-byte instruction `nopl imm32(%rax)`, told from any other
/// NOP by its displacement: a byte that says which, then "dib".  It does nothing
/// on any CPU; the plugin of bench/host/machine/plugin/ knows it by its bytes.
enum class Marker : uint8_t {
    bit0 = 0x10, bit1 = 0x11, begin = 0x12, end = 0x13,
    dma_bit0 = 0x20, dma_bit1 = 0x21, dma_attach = 0x22, dma_execute = 0x23,  ///< executed by the kernel only (kernel-patches/machines/exact/)
};

inline constexpr uint32_t kMarkerName = 0x62696400;  ///< "dib" above the byte of the marker
inline constexpr size_t kMarkerBytes = 7;
inline constexpr unsigned kMarkerTagBits = 32;

/// The bytes of one marker, as they are executed.
constexpr std::array<uint8_t, kMarkerBytes> marker_bytes(Marker marker) {
    return {0x0f, 0x1f, 0x80, static_cast<uint8_t>(marker), (kMarkerName >> 8) & 0xff, (kMarkerName >> 16) & 0xff, kMarkerName >> 24};
}

template <Marker marker>
inline void execute_marker() {
#if defined(__x86_64__)
    asm volatile("nopl %c0(%%rax)" : : "i"(kMarkerName | static_cast<uint8_t>(marker)) : "memory");
#endif
}

/// Just before the code to be counted.  `tag` names the region: a plugin of API
/// version 1 sees no register, so each bit is an instruction of its own.
inline void begin_marked_region(uint32_t tag) {
    for (unsigned bit = kMarkerTagBits; bit-- > 0;) {
        if ((tag >> bit & 1) != 0) execute_marker<Marker::bit1>();
        else execute_marker<Marker::bit0>();
    }
    execute_marker<Marker::begin>();
}

/// Just after it.
inline void end_marked_region() { execute_marker<Marker::end>(); }

}  // namespace diobench
