// SPDX-License-Identifier: GPL-2.0-only
// How results leave a machine: lines of text through QEMU's debug port.
//
//   R <crc32c of payload, 8 hex digits> <payload>\n     any number of times
//   E <crc32c of the count's digits, 8 hex digits> <count>\n     once, last
//
// The checksum tells a torn or mixed-up line from a whole one, the count a
// lost line, and the end record a run that broke off.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace diobench {

/// The I/O port of QEMU's isa-debugcon device.
inline constexpr unsigned short kRecordPort = 0xe9;

/// One record line with its line end.  `payload` must not contain '\n'.
[[nodiscard]] std::string record_line(std::string_view payload);
/// The end line after `count` records.
[[nodiscard]] std::string end_line(uint64_t count);

}  // namespace diobench
