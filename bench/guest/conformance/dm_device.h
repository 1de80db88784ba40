// SPDX-License-Identifier: GPL-2.0-only
// A device-mapper device whose table is changed while it is in use: a disk
// that fails on demand.
#pragma once

#include <cstdint>
#include <string>

#include "bench/common/base/error.h"

namespace diobench {

/// What becomes of a request.
enum class DmTable {
    linear,       ///< passed on
    error,        ///< fails with an I/O error
    error_reads,  ///< a read fails, a write is passed on (dm-flakey)
    drop_writes,  ///< a write is said to be done and is not (dm-flakey)
};

/// The one device this program makes; "diobench-cache" in device-mapper.
class DmDevice {
public:
    /// Over all of the block device `below`, with the linear table.
    [[nodiscard]] static Result<DmDevice> create(const std::string& below);
    DmDevice(DmDevice&& other) noexcept;
    DmDevice& operator=(DmDevice&&) = delete;
    ~DmDevice();

    /// "/dev/dm-0"
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Requests under way are waited for; all later ones meet the new table.
    /// Nothing is synced or frozen: a device that fails could not be.
    [[nodiscard]] Status load(DmTable table) const;
    /// Requests under way are waited for; later ones wait until load().
    [[nodiscard]] Status hold() const;
    /// Removes it; EBUSY while it is mounted.
    [[nodiscard]] Status remove();

private:
    DmDevice(std::string path, std::string below, uint64_t sectors)
        : path_(std::move(path)), below_(std::move(below)), sectors_(sectors) {}
    std::string path_;
    std::string below_;
    uint64_t sectors_;
};

/// Removes what a process that was killed left; no error if there is nothing.
[[nodiscard]] Status remove_stale_dm_device();

}  // namespace diobench
