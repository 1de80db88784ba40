// SPDX-License-Identifier: GPL-2.0-only
// The simulated device and the cache file system on it.
#pragma once

#include "bench/base/error.h"
#include "bench/plan/guest_plan.h"

namespace diobench {

/// Brings the device up; returns the path of the block device.
[[nodiscard]] Result<std::string> prepare_device(const DeviceProfile& device);
/// Makes an ext4 with the given device's mke2fs and mounts it on `directory`.
/// ext4 without lazy initialisation: its kernel thread would write in the middle of a run.
[[nodiscard]] Status make_cache_file_system(const std::string& block_device, const std::string& directory);

}  // namespace diobench
