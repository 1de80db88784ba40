// SPDX-License-Identifier: GPL-2.0-only
// The simulated device and the cache file system on it.
#pragma once

#include <cstdint>
#include <string>

#include "bench/common/base/error.h"
#include "bench/common/plan/guest_plan.h"

namespace diobench {

/// drivers/block/null_blk, memory backed, as /dev/nullbN: a request of any size
/// completes `completion_ns` after it was started, by an hrtimer (irqmode 2).
struct NullBlkOptions {
    uint64_t size_bytes = 0;      ///< a multiple of 1 MiB
    uint64_t completion_ns = 0;
    unsigned queue_depth = 128;   ///< tags
    uint64_t megabytes_per_s = 0; ///< at most so many 10^6 bytes; 0: no limit
    unsigned index = 0;           ///< of /dev/nullbN
};
[[nodiscard]] Status create_null_blk(const NullBlkOptions& options);
/// Whether requests that touch a range of /dev/nullb0 succeed; those that do not fail when
/// they complete, as on a real device, not when they are submitted.
enum class NullBlkHealth { good, bad };
struct ByteRange {
    uint64_t offset_bytes = 0;  ///< a multiple of 512, as its size
    uint64_t size_bytes = 0;
};
[[nodiscard]] Status set_null_blk_health(NullBlkHealth health, ByteRange range);
/// Removes /dev/nullb0 with its content; no error if there is none.
[[nodiscard]] Status remove_null_blk();

/// Brings the device up, or (`index` 1) another of the same kind; returns the
/// path of the block device, empty for kind "directory".
[[nodiscard]] Result<std::string> prepare_device(const DeviceProfile& device, unsigned index = 0);
/// mke2fs of an ext4 on a block device or file, without lazy initialisation: its kernel thread would write in the
/// middle of a run.  `size_bytes` 0: all of the device.  `block_bytes`: 1024, 2048 or 4096.
[[nodiscard]] Status make_ext4(const std::string& target, uint64_t size_bytes = 0, unsigned block_bytes = 4096);
[[nodiscard]] Status mount_ext4(const std::string& block_device, const std::string& directory);
/// Both.
[[nodiscard]] Status make_cache_file_system(const std::string& block_device, const std::string& directory, uint64_t size_bytes = 0);

}  // namespace diobench
