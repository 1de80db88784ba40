// SPDX-License-Identifier: GPL-2.0-only
// Sizes and times as fio 3.33 reads them (parse.c: str_to_decimal(), get_mult_bytes(), get_mult_time()).
#pragma once

#include <cstdint>
#include <string_view>

#include "bench/common/base/error.h"

namespace diobench {

/// What "k" is (option kb_base).  "kib" is the other of the two, and "ki" the same as "k": that is fio.
enum class KbBase : uint64_t { k1000 = 1000, k1024 = 1024 };

/// "4k", "10kb", "1Gi", "2t", "-8k", "0x1000", "(2*3m)".  What fio would read as something else than it says
/// ("1.5g" is 1 byte, "4x" is 4) is an error that says so.
[[nodiscard]] Result<int64_t> parse_fio_bytes(std::string_view text, KbBase base = KbBase::k1024);

/// What a time without a unit counts.
enum class BareTime { seconds, microseconds };

/// "10", "500ms", "20us", "2m", "1h", "1d"; ns.
[[nodiscard]] Result<uint64_t> parse_fio_time_ns(std::string_view text, BareTime bare);

/// "70%": the number; an error for anything else.
[[nodiscard]] Result<uint64_t> parse_fio_percent(std::string_view text);

/// 500000000 -> "500ms": the shortest exact form that fio reads, of whole microseconds.
[[nodiscard]] std::string fio_time_text(uint64_t ns);

}  // namespace diobench
