// SPDX-License-Identifier: GPL-2.0-only
// The device that all data of a case lies on, which can be broken, and the file system on it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/guest/backend/cache_device.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/dm_device.h"
#include "bench/guest/conformance/world.h"

namespace diobench {

/// Where the cache is mounted, in the case's own mount namespace.
constexpr const char* kCacheDirectory = "/cache";

/// What is on the device.
enum class StageContent {
    ext4,   ///< a fresh one, at kCacheDirectory
    blank,  ///< nothing yet: an image is written to the device itself
};

class CacheStage {
public:
    [[nodiscard]] static Result<CacheStage> create(const CacheOptions& options, StageContent content = StageContent::ext4);
    CacheStage(CacheStage&&) = default;
    CacheStage& operator=(CacheStage&&) = delete;

    /// The device requests of the file system go to ("/dev/dm-0", "/dev/ram0").
    [[nodiscard]] const std::string& device() const { return device_; }
    /// Written back before, so that only what comes after meets the new table.
    [[nodiscard]] Status load(DmTable table) const;
    /// Written back before; requests to a breakable device wait until load().
    [[nodiscard]] Status hold() const;
    /// Requests fail when they complete, from now on.  Written back before.  Only for Device::timer.
    [[nodiscard]] Status break_completions();
    /// Of requests that touch one block of the device.
    [[nodiscard]] Status break_completions_of(uint64_t block);
    [[nodiscard]] Status repair_completions();
    /// Fills the file system until `left_bytes` of it are free.
    [[nodiscard]] Status fill_space(uint64_t left_bytes);
    [[nodiscard]] Status free_space();
    /// From now on what is written is lost.  Nothing is written back before.
    [[nodiscard]] Status lose_power() const;
    /// Unmounts, repairs and mounts again, after lose_power(); EBUSY as for close().
    [[nodiscard]] Status power_up(milliseconds limit) const;
    /// Repairs, unmounts and removes; EBUSY if the cache is still in use after `limit`.
    [[nodiscard]] Status close(milliseconds limit);

private:
    [[nodiscard]] Status must_be_breakable() const;
    [[nodiscard]] Status unmount(milliseconds limit) const;
    [[nodiscard]] Status break_completions(ByteRange range);
    CacheStage(CacheOptions options, StageContent content, std::string device, std::optional<DmDevice> dm)
        : options_(options), content_(content), device_(std::move(device)), dm_(std::move(dm)) {}
    CacheOptions options_;
    StageContent content_;
    std::string device_;
    std::optional<DmDevice> dm_;
    std::vector<ByteRange> bad_;
};

/// Which steps of cachefiles fail, of all caches (/proc/sys/cachefiles/error_injection).
enum class InjectedErrors : unsigned {
    none = 0,
    no_space = 1,  ///< what needs space: ENOSPC
    io = 2,        ///< all: EIO
};
/// Errors: ENOENT if the kernel cannot (CONFIG_CACHEFILES_ERROR_INJECTION).
[[nodiscard]] Status inject_errors(InjectedErrors errors);
/// A finding that skips a case about injected errors on a kernel that has none.
[[nodiscard]] std::optional<Finding> unless_injected();

/// Whether who submits a direct read of ext4 that has not ended is kept there.
enum class Submitters { free, held };
/// Errors: ENOENT if the kernel cannot (kernel-patches/machines/checked/).
[[nodiscard]] Status set_submitters(Submitters submitters);

/// Removes the devices that a case which was killed left behind, the errors it injected and the submitters it held.  An error if one is still in use.
[[nodiscard]] Status remove_stale_devices();

}  // namespace diobench
