// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/record/record_wire.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

std::string record_line(std::string_view payload) { return fmt::format("R {:08x} {}\n", crc32c(payload), payload); }

std::string end_line(uint64_t count) {
    const std::string digits = std::to_string(count);
    return fmt::format("E {:08x} {}\n", crc32c(digits), digits);
}

}  // namespace diobench
