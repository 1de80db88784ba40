// SPDX-License-Identifier: GPL-2.0-only
// Finished kernels, each in a folder named by what it was made from.  A
// folder appears whole or not at all and is checked again on every use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/host/kernel/build.h"

namespace diobench {

/// Files that make a finished kernel; `image`, `config`, `system_map` and `log` of `kernel` are copied from where they are.
[[nodiscard]] Status store_kernel(const std::string& key, const BuiltKernel& kernel);
/// The kernel of this key with paths into the cache, `cached` set.  Nothing if
/// there is none.  A damaged one (`damage` says how) is nothing as well.
[[nodiscard]] Result<std::optional<BuiltKernel>> find_kernel(const std::string& key, std::string& damage);
/// Every kernel in the cache with its key, without checking the contents of its files.
struct CachedKernel {
    std::string key;
    BuiltKernel kernel;
    std::string built_at;  ///< UTC, ISO 8601
};
[[nodiscard]] Result<std::vector<CachedKernel>> list_kernels();
/// Removes one kernel; it is an error if there is none.
[[nodiscard]] Status remove_kernel(const std::string& key);

}  // namespace diobench
