// SPDX-License-Identifier: GPL-2.0-only
// The neighbour: a second process whose hot set lies in the page cache and
// who notices when it does not any more.
#pragma once

#include <functional>
#include <sys/types.h>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/common/measure/histogram.h"

namespace diobench {

class Neighbour {
public:
    /// The hot set's file on the cache file system, if it is not there yet.
    [[nodiscard]] static Status make_hot_set(const std::string& directory, uint64_t hot_set_bytes, uint64_t seed);
    /// Starts a process that reads the hot set whole a few times, so that all of it is active page cache,
    /// then reads single pages of it for a while: "alone".
    [[nodiscard]] static Result<Neighbour> start(const std::string& directory, uint64_t hot_set_bytes, uint64_t seed);
    Neighbour(Neighbour&& other) noexcept;
    Neighbour& operator=(Neighbour&&) = delete;
    ~Neighbour();

    /// Reads the hot set once more, whole: what was dropped of it is in the page cache again. Only while it is paused.
    void warm();
    /// Reads go on from here, beside whatever else is done.
    void go_on();
    /// ... to here.
    void pause();

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] uint64_t hot_set_bytes() const { return hot_set_bytes_; }
    /// Of the hot set, in the page cache now.
    [[nodiscard]] Result<uint64_t> cached_bytes() const;
    /// What it had to read again since go_on(), because it had been dropped.
    [[nodiscard]] uint64_t reread_bytes() const;
    /// Latency of its reads; only while it is paused.
    [[nodiscard]] const Histogram& alone() const;
    [[nodiscard]] const Histogram& beside() const;

private:
    struct Shared;
    Neighbour(Shared* shared, pid_t pid, UniqueFd file, uint64_t hot_set_bytes)
        : shared_(shared), pid_(pid), file_(std::move(file)), hot_set_bytes_(hot_set_bytes) {}
    /// ... or it ended.
    void wait_until(const std::function<bool()>& holds) const;
    Shared* shared_;
    pid_t pid_;
    UniqueFd file_;
    uint64_t hot_set_bytes_;
};

/// Takes memory from the machine, so that `left_bytes` are left for page cache
/// and slab; gives it back when destroyed.  While it is taken
/// some tens of MiB more become available than /proc/meminfo said before, so it is looked at again.
class MemoryLimit {
public:
    [[nodiscard]] static Result<MemoryLimit> apply(uint64_t left_bytes);
    MemoryLimit(MemoryLimit&& other) noexcept = default;
    MemoryLimit& operator=(MemoryLimit&&) = delete;
    ~MemoryLimit();
    /// Takes again what is more than `left_bytes`.
    [[nodiscard]] Status tighten();

private:
    struct Taken {
        void* data;
        size_t bytes;
    };
    explicit MemoryLimit(uint64_t left_bytes) : left_bytes_(left_bytes) {}
    uint64_t left_bytes_;
    std::vector<Taken> taken_;
};

}  // namespace diobench
