// SPDX-License-Identifier: GPL-2.0-only
// Small text helpers: splitting, sizes and times with units, hashes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
[[nodiscard]] std::string_view trim(std::string_view text);

/// `text` with `by` in every place of `what`, which is not empty.
[[nodiscard]] std::string replace_all(std::string text, std::string_view what, std::string_view by);

/// "4k", "128KiB", "1m", "512" -> bytes; k, m, g are powers of 1024 as in fio.
[[nodiscard]] Result<uint64_t> parse_size_bytes(std::string_view text);
/// "80us", "1ms", "2s", "0" -> nanoseconds.
[[nodiscard]] Result<uint64_t> parse_duration_ns(std::string_view text);
/// ASCII letters as small ones.
[[nodiscard]] std::string lower_case(std::string_view text);
/// 4096 -> "4k", 1048576 -> "1m": the shortest exact form, as fio spells it.
[[nodiscard]] std::string size_name(uint64_t bytes);
/// For people: "1.50 MiB", "812 ns", "8.1 us", "3.2 s".
[[nodiscard]] std::string human_bytes(double bytes);
[[nodiscard]] std::string human_ns(double ns);

/// fnmatch(3); '*' also matches '/', so "*/local/*" means every local cell.
[[nodiscard]] bool match_glob(std::string_view pattern, std::string_view text);

/// A command as one would type it in a shell.
[[nodiscard]] std::string shell_text(const std::vector<std::string>& argv);

/// CRC-32C (Castagnoli), the checksum behind every record that leaves a guest.
[[nodiscard]] uint32_t crc32c(std::string_view data);

}  // namespace diobench
