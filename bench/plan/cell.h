// SPDX-License-Identifier: GPL-2.0-only
// A cell: one point of the matrix that is measured on every kernel.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/error.h"

namespace diobench {

/// Through what the file is read: the file system under test; `raw`, O_DIRECT
/// on the backing file (the limit); `null`, no I/O at all (the harness itself).
enum class Backend { fscache, raw, null };
enum class IoMode { buffered, direct };
enum class Pattern { sequential, random };
/// Where the data is when the timed region starts: not on this machine; in
/// the cache file with the page cache cold; in the page cache.
enum class CacheState { remote, local, resident };

[[nodiscard]] std::string_view name_of(Backend value);
[[nodiscard]] std::string_view name_of(IoMode value);
[[nodiscard]] std::string_view name_of(Pattern value);
[[nodiscard]] std::string_view name_of(CacheState value);
template <class E>
[[nodiscard]] Result<E> parse_enum(std::string_view text);

struct Cell {
    std::string workload;
    Backend backend = Backend::fscache;
    std::string layout;
    std::string device;
    CacheState cache_state = CacheState::local;
    IoMode io = IoMode::direct;
    Pattern pattern = Pattern::sequential;
    uint64_t block_size_bytes = 4096;
    std::string engine;
    unsigned iodepth = 1;
    uint64_t ops = 0;   ///< reads in the timed region

    /// "rand-read/fscache/flat/ram/local/direct/random/4k/pread/qd1": unique in a suite.
    [[nodiscard]] std::string id() const;
    /// The "dimensions" object of results.json.
    [[nodiscard]] nlohmann::json dimensions() const;
    [[nodiscard]] nlohmann::json to_json() const;
    [[nodiscard]] static Result<Cell> from_json(const nlohmann::json& json);
};

/// Offsets a cell reads, in order: ascending from 0, or a permutation of the
/// whole blocks below `limit_bytes` drawn from `seed` (each block at most once
/// until all are used, so a buffered random read never hits its own pages).
[[nodiscard]] std::vector<uint64_t> make_offsets(Pattern pattern, uint64_t block_size_bytes, uint64_t ops,
                                                 uint64_t limit_bytes, uint64_t seed);

}  // namespace diobench
