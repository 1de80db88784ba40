// SPDX-License-Identifier: GPL-2.0-only
// The programs that are compared, and the command lines with which they do the
// same reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/common/base/files.h"

namespace diobench {

enum class Side { ours, fio, t_io_uring };
/// The program's name.
[[nodiscard]] std::string_view name_of(Side side);

struct Programs {
    fs::path reader;  ///< diobench-read
    fs::path fio;
    fs::path t_io_uring;
};

/// Reads of `block_size_bytes`, no block again before all were read. t/io_uring has one engine, and reads for a time instead of
/// a number of reads.
struct SideLoad {
    std::string rw = "randread";  ///< or "read": ascending, the only way of t/io_uring here
    bool noatime = false;         ///< ours: as t/io_uring always does
    std::string ioengine;  ///< "null", "io_uring" or ours alone kSameFeaturesEngine
    unsigned iodepth = 1;
    uint64_t block_size_bytes = 4096;
    uint64_t number_ios = 0;
    fs::path file;         ///< for fio number_ios blocks long; empty with null
};

/// Command line; the side's JSON goes into the file `result`. t/io_uring only prints: who runs it puts that there.
[[nodiscard]] std::vector<std::string> command_of(Side side, const Programs& programs, const SideLoad& load, const fs::path& result);

/// Reads a second as the side itself says in `result`.
/// Errors: it cannot be read, or another number of reads was made than asked for.
[[nodiscard]] Result<double> reads_per_s(Side side, const SideLoad& load, const fs::path& result);

/// Runs the side once, `under` another program if that is named with its options; reads a second as above.
/// Errors: also that it wrote no result: a result of another run in `scratch` never counts.
[[nodiscard]] Result<double> run_side(Side side, const Programs& programs, const SideLoad& load, const fs::path& scratch,
                                      std::chrono::milliseconds time_limit, std::vector<std::string> under = {});

}  // namespace diobench
