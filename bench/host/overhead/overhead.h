// SPDX-License-Identifier: GPL-2.0-only
// What diobench's reader costs, beside fio: the result of `diobench overhead`.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// Instructions in user space a read, null engine against null engine.
struct InstructionRow {
    unsigned iodepth = 1;
    double ours = 0;
    double fio = 0;
};

/// Reads a second of each run, in the order in which the runs were made.
struct IopsRow {
    unsigned iodepth = 1;
    std::vector<double> ours;
    std::vector<double> theirs;  ///< fio's or t/io_uring's
};

/// Median and the values a quarter of the runs lie below and above; all 0 of nothing.
struct Spread {
    double low = 0;
    double median = 0;
    double high = 0;
};
/// Quantiles 1/4, 1/2, 3/4, linear between neighbours (R's type 7, numpy's default).
[[nodiscard]] Spread spread_of(std::vector<double> values);

struct Overhead {
    /// A read of ours may cost at most this share of fio's.
    static constexpr double kInstructionsAim = 0.5;
    /// Ours must make at least this many times fio's reads a second.
    static constexpr double kIopsAim = 1.0;
    /// Ours, which measures each read, must make at least this share of the reads a second of t/io_uring, which does not.
    static constexpr double kTIoUringAim = 0.9;

    std::string measured_at;       ///< UTC, ISO 8601
    std::string fio_version;       ///< "fio-3.33"
    std::string valgrind_version;  ///< "valgrind-3.19.0"
    std::string host_kernel;
    uint64_t block_size_bytes = 4096;
    uint64_t file_bytes = 0;       ///< of the page-cached file
    std::vector<InstructionRow> instructions;
    std::vector<IopsRow> iops;        ///< beside fio, both with its defaults
    std::vector<IopsRow> t_io_uring;  ///< beside fio's t/io_uring, both with kSameFeatures

    /// One sentence for each aim that does not hold; an aim without figures does not hold.
    [[nodiscard]] std::vector<std::string> missed_aims() const;
    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<Overhead> from_json(const nlohmann::json& json);
};

/// The table for a terminal.
[[nodiscard]] std::string overhead_text(const Overhead& overhead);

/// The last one measured on this host, kept in the cache as overhead.json; nothing if there was none, or if another version of
/// diobench measured it.
[[nodiscard]] Result<std::optional<Overhead>> newest_overhead();
[[nodiscard]] Status keep_overhead(const Overhead& overhead);

}  // namespace diobench
