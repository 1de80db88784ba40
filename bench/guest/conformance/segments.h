// SPDX-License-Identifier: GPL-2.0-only
// Pieces of a buffer for vectored reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <sys/uio.h>
#include <vector>

#include "bench/guest/conformance/reading.h"

namespace diobench {

/// Pieces of `lengths` bytes cut out of a buffer from its end backwards, with an
/// untouched page between them: memory order is not file order.
[[nodiscard]] std::vector<iovec> cut_segments(const ReadBuffer& buffer, std::span<const size_t> lengths);
/// Bytes cut_segments() needs.
[[nodiscard]] size_t segments_room(std::span<const size_t> lengths);
/// The pieces, one behind the other.
[[nodiscard]] std::vector<std::byte> gather(std::span<const iovec> segments);
/// `count` unequal lengths, multiples of the block size of at most `most_blocks` blocks.
[[nodiscard]] std::vector<size_t> unequal_lengths(std::mt19937_64& random, size_t count, size_t most_blocks);

}  // namespace diobench
