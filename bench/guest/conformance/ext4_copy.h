// SPDX-License-Identifier: GPL-2.0-only
// A fresh ext4 a case, for less than mke2fs costs.
#pragma once

#include <cstdint>
#include <string>

#include "bench/common/base/error.h"

namespace diobench {

/// What cases leave for those behind them in the same boot.
constexpr const char* kBootFolder = "/boot-kept";

/// Once a boot, before the first case: kBootFolder, a tmpfs (the root file system, a ramfs, does not know holes).
[[nodiscard]] Status mount_boot_folder();

/// Like make_cache_file_system(), but mke2fs runs once a boot, size and block size, on a file, and what it wrote there is copied.
/// What it wrote as holes (tables of free inodes, an empty journal) keeps what the case before left there: ext4 reads
/// nothing of it that it has not written since the mount.
[[nodiscard]] Status copy_cache_file_system(const std::string& device, const std::string& directory, uint64_t size_bytes, unsigned block_bytes = 4096);

}  // namespace diobench
