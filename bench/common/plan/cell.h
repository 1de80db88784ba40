// SPDX-License-Identifier: GPL-2.0-only
// A cell: one point of the matrix that is measured on every kernel.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

enum class IoMode { buffered, direct, mmap };
/// In which order a cell reads.  strided: every kStrideBlocks-th block, then the
/// ones between; zipf: blocks by popularity, theta 0.99; reread: uniformly, so
/// that blocks come again; tree: whole small files, opened and closed each;
/// trace: as a recorded program did.
enum class Pattern { sequential, random, strided, zipf, reread, tree, trace };
/// When reads are issued.  closed: as soon as one of `iodepth` is done; constant
/// and poisson: at `rate_iops`, whatever the kernel does; trace: at the trace's times.
enum class Arrival { closed, constant, poisson, trace };
/// Where the data is when the timed region starts: not on this machine; in
/// the cache file with the page cache cold; in the page cache.
enum class CacheState { remote, local, resident };

[[nodiscard]] std::string_view name_of(IoMode value);
[[nodiscard]] std::string_view name_of(Pattern value);
[[nodiscard]] std::string_view name_of(Arrival value);
[[nodiscard]] std::string_view name_of(CacheState value);
template <class E>
[[nodiscard]] Result<E> parse_enum(std::string_view text);

/// Names of back ends that the harness itself knows; all others are found in bench/guest/backend.
inline constexpr std::string_view kFscache = "fscache";
inline constexpr std::string_view kRaw = "raw";    ///< O_DIRECT on the backing file: the limit
inline constexpr std::string_view kNull = "null";  ///< no I/O at all: the harness itself

/// Cells that fio, the real program, reads: "fio" by a job file, "fio-libaio"
/// (any of its engines) as the cell says.
[[nodiscard]] constexpr bool is_fio(std::string_view engine) { return engine == "fio" || engine.starts_with("fio-"); }

struct Cell {
    std::string workload;
    std::string backend{kFscache};
    std::string layout;
    std::string device;
    CacheState cache_state = CacheState::local;
    IoMode io = IoMode::direct;
    Pattern pattern = Pattern::sequential;
    uint64_t block_size_bytes = 4096;
    std::string engine;
    unsigned iodepth = 1;
    unsigned numjobs = 1;
    uint64_t ops = 0;                   ///< reads in the timed region, of all jobs together
    uint64_t span_bytes = 0;            ///< of each job's files that are read; 0: all
    Arrival arrival = Arrival::closed;
    uint64_t rate_iops = 0;             ///< constant, poisson: of each job
    uint64_t memory_bytes = 0;          ///< that the machine has left for page cache and slab; 0: all it has
    uint64_t neighbour_bytes = 0;       ///< hot set of a second process; 0: there is none
    std::string fetch = "lan";          ///< profile of the link blobs come over
    std::string trace;                  ///< pattern trace: its name
    std::string fio_job;                ///< engine fio: name of the job file; empty: made from the cell
    bool curve = false;                 ///< run a second time, untimed, to sample the page cache over time

    /// "rand-read/fscache/flat/ram/local/direct/random/4k/pread/qd1", with a part
    /// more for all that is not as usual ("/jobs4", "/mem48m"): unique in a suite.
    [[nodiscard]] std::string id() const;
    /// The "dimensions" object of results.json.
    [[nodiscard]] nlohmann::json dimensions() const;
    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<Cell> from_json(const nlohmann::json& json);
};

}  // namespace diobench
