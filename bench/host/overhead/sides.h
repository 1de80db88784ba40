// SPDX-License-Identifier: GPL-2.0-only
// The two programs that are compared, and the command lines with which they do
// the same reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/common/base/files.h"

namespace diobench {

enum class Side { ours, fio };

struct Programs {
    fs::path reader;  ///< diobench-read
    fs::path fio;
};

/// Random reads of `block_size_bytes`, each block at most once.
struct SideLoad {
    std::string ioengine;  ///< "null" or "io_uring"
    unsigned iodepth = 1;
    uint64_t block_size_bytes = 4096;
    uint64_t number_ios = 0;
    fs::path file;         ///< number_ios blocks long; empty with null
};

/// Command line; the side's JSON goes into the file `result`.
[[nodiscard]] std::vector<std::string> command_of(Side side, const Programs& programs, const SideLoad& load, const fs::path& result);

/// Reads a second as the side itself says in what it wrote into `result`.
/// Errors: it cannot be read, or another number of reads was made than asked for.
[[nodiscard]] Result<double> reads_per_s(Side side, const SideLoad& load, const fs::path& result);

}  // namespace diobench
