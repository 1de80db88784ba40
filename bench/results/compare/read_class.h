// SPDX-License-Identifier: GPL-2.0-only
// Classes of reads: what people ask of as one ("does it slow warm reads?").
#pragma once

#include <span>
#include <string_view>

#include "bench/common/plan/dimensions.h"

namespace diobench {

/// In the order of tables. Every cell is of exactly one.
enum class ReadClass {
    cold_random_small,
    cold_random_large,
    cold_sequential_small,
    cold_sequential_large,
    in_flight,
    warm,
    remote,
    neighbour,
    buffered,
    other_back_ends,
    reference,
};

struct ReadClassRow {
    ReadClass read_class;
    std::string_view id;       ///< in files
    std::string_view title;    ///< for people
    std::string_view meaning;  ///< which reads
};

/// Blocks of fewer bytes are small.
inline constexpr uint64_t kLargeBlockBytes = 64 << 10;

/// One row for each class, in their order.
[[nodiscard]] std::span<const ReadClassRow> read_classes();
[[nodiscard]] ReadClass read_class_of(const Dimensions& dimensions);
[[nodiscard]] const ReadClassRow& row_of(ReadClass read_class);
/// Whether it is of reads with O_DIRECT through fscache, which the patches are about.
[[nodiscard]] constexpr bool is_direct(ReadClass read_class) { return read_class < ReadClass::buffered; }

}  // namespace diobench
