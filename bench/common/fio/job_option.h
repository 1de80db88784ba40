// SPDX-License-Identifier: GPL-2.0-only
// The options of a fio job file that diobench knows: one row an option, what
// values it may have, and for those that cannot be, why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/common/base/error.h"

namespace diobench {

/// What the value of an option must look like; all as fio itself reads them.
enum class FioValue {
    flag,              ///< 0 or 1; the key alone means 1
    integer,           ///< a number, k/m/g allowed
    bytes,             ///< "4k"
    bytes_or_percent,  ///< "64m" or "50%"
    byte_range,        ///< "4k-64k"
    duration,          ///< "10", "10s", "500ms"; a bare number is seconds
    duration_us,       ///< the same; a bare number is microseconds
    choice,            ///< one of the words in `right`, separated by '|'
    readwrite,         ///< read or randread, fio's ":number" behind it allowed
    distribution,      ///< "random", "zipf:1.2", "pareto:0.9", "normal:50"
    text,              ///< anything
    refused,           ///< never; `right` says what to do instead
};

struct FioOptionRule {
    std::string_view key;
    FioValue value;
    std::string_view right;  ///< choice: the words; refused: why, and what would be right
    uint64_t minimum = 0;
    uint64_t maximum = UINT64_MAX;
};

/// The rule of `key` (aliases such as "readwrite" included), or nullptr.
[[nodiscard]] const FioOptionRule* find_fio_option(std::string_view key);
/// The known option that is spelled most like `key`, if any is near.
[[nodiscard]] std::optional<std::string> nearest_fio_option(std::string_view key);
/// What is wrong with `value` for this option, as the end of a sentence; nothing if it is right.
[[nodiscard]] std::optional<std::string> fio_value_fault(const FioOptionRule& rule, std::string_view value);
/// "10" and "10s" -> 10e9, "500ms" -> 5e8; a bare number counts `bare_unit_ns`.
[[nodiscard]] Result<uint64_t> parse_fio_duration_ns(std::string_view text, uint64_t bare_unit_ns);

}  // namespace diobench
