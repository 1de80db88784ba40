// SPDX-License-Identifier: GPL-2.0-only
// Which reads a cell makes, in order: pure functions of the cell and its seed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bench/common/plan/cell.h"

namespace diobench {

/// One read.
struct Request {
    uint64_t offset_bytes = 0;
    uint32_t length_bytes = 0;
    uint32_t expected_bytes = 0;  ///< that it must return: less than length_bytes at the end of the file
    uint32_t file = 0;            ///< index in the plan's list of open files
};

/// strided: every how many-th block is read before those between.
inline constexpr uint64_t kStrideBlocks = 4;
/// zipf: exponent of the popularity of blocks (YCSB's default).
inline constexpr double kZipfTheta = 0.99;

/// `ops` block numbers below `blocks`, in the order of `pattern`: sequential,
/// random (a permutation of all before any comes again, so a buffered random
/// read never hits its own pages), strided, zipf, reread.
[[nodiscard]] std::vector<uint64_t> make_blocks(Pattern pattern, uint64_t ops, uint64_t blocks, uint64_t seed);

/// Offsets of whole blocks below `limit_bytes`.
[[nodiscard]] std::vector<uint64_t> make_offsets(Pattern pattern, uint64_t block_size_bytes, uint64_t ops, uint64_t limit_bytes,
                                                 uint64_t seed);

/// The reads of one job over files of these sizes, which are read as one
/// after the other; `cell.ops` of all jobs are split evenly.  Pattern tree
/// reads each file whole in one read.  Empty if no file has a whole block.
[[nodiscard]] std::vector<Request> make_requests(const Cell& cell, std::span<const uint64_t> file_sizes_bytes, unsigned job, uint64_t seed);

/// Times at which `ops` reads are due, in ns from the start.
[[nodiscard]] std::vector<uint64_t> make_arrivals(Arrival arrival, uint64_t rate_iops, uint64_t ops, uint64_t seed);

/// Distinct bytes that requests ask for.
[[nodiscard]] uint64_t distinct_bytes(std::span<const Request> requests);

}  // namespace diobench
