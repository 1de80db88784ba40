// SPDX-License-Identifier: GPL-2.0-only
// The options of a fio job file: one row an option, what values it may have, and what becomes of it in a user's file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/common/base/error.h"

namespace diobench {

/// What the value of an option must look like in a job file that diobench hands to fio (all as fio itself reads them), or
/// what becomes of the option in a user's file.
enum class FioValue {
    flag,              ///< 0 or 1; the key alone means 1
    integer,           ///< a number, k/m/g allowed
    number,            ///< the same, below zero as well
    bytes,             ///< "4k"
    bytes_or_percent,  ///< "64m" or "50%"
    byte_range,        ///< "4k-64k"
    split,             ///< bssplit: "4k/60:64k/40"
    duration,          ///< "10", "10s", "500ms"; a bare number is seconds
    duration_us,       ///< the same; a bare number is microseconds
    choice,            ///< one of the words in `right`, separated by '|'
    readwrite,         ///< read or randread, fio's ":number" behind it allowed
    distribution,      ///< "random", "zipf:1.2", "pareto:0.9", "normal:50", "zoned:50/5:50/95"
    files,             ///< "${DIOBENCH_FILE}", "${DIOBENCH_FILE_2}", several with ':' between them
    service,           ///< file_service_type: "roundrobin:4"
    percentiles,       ///< "50:99:99.9"
    translated,        ///< something else stands for it; `right`: why
    dropped,           ///< it has no meaning here; `right`: why
    leaves_out,        ///< a job that has it is left out; `right`: why
};

struct FioOptionRule {
    std::string_view key;
    FioValue value;
    std::string_view right;  ///< choice: the words; translated, dropped, leaves_out: why
    uint64_t minimum = 0;
    uint64_t maximum = UINT64_MAX;
};

/// The rule of `key` (aliases such as "readwrite" included), or nullptr.
[[nodiscard]] const FioOptionRule* find_fio_option(std::string_view key);
/// fio's main name of an option: "bs" for "blocksize"; what is no option stays as it is.
[[nodiscard]] std::string fio_main_name(std::string_view key);
/// The known option that is spelled most like `key`, if any is near.
[[nodiscard]] std::optional<std::string> nearest_fio_option(std::string_view key);
/// "${DIOBENCH_FILE}" -> 1, "${DIOBENCH_FILE_2}" -> 2: the files of an image, in its order; nothing for other names.
[[nodiscard]] std::optional<unsigned> fio_file_number(std::string_view name);
[[nodiscard]] std::string fio_file_variable(unsigned number);
/// What is wrong with `value` for this option, as the end of a sentence; nothing if it is right.
[[nodiscard]] std::optional<std::string> fio_value_fault(const FioOptionRule& rule, std::string_view value);

}  // namespace diobench
