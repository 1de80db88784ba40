// SPDX-License-Identifier: GPL-2.0-only
// Dimensions that diobench does not have, for tests of what follows from a row.
#pragma once

#include <array>

#include "bench/common/plan/dimensions.h"

namespace diobench {

/// A number without a label of its own.
inline Dimension readahead_row() {
    return {.name = "readahead_bytes", .help = "Readahead of the mount; 128 KiB is the kernel's.", .form = DimensionForm::size,
            .place = stored(uint64_t{128 << 10}), .prefix = "readahead", .key = "readahead", .example = "[\"128k\", \"1m\"]"};
}

/// A word with a label.
inline Dimension scheduler_row() {
    static constexpr std::array<std::string_view, 3> kWords = {"none", "mq-deadline", "kyber"};
    return {.name = "scheduler", .help = "I/O scheduler of the device.", .form = DimensionForm::word, .place = stored("none", kWords),
            .label = "scheduler", .key = "scheduler", .example = "[\"none\"]"};
}

}  // namespace diobench
