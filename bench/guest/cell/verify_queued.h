// SPDX-License-Identifier: GPL-2.0-only
// Asynchronous reads take another way through the kernel than pread: their bytes
// are compared as well before anything is measured.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/image/known_content.h"
#include "bench/common/plan/guest_plan.h"

namespace diobench {

/// Reads whole files directly through each engine with a queue, and compares every byte of every read. What is left of the
/// engines ends with the process that it is done in. An empty string: all is right; engines that this kernel has not are left out.
[[nodiscard]] Result<std::string> verify_queued(const std::vector<const TestFile*>& files, const std::string& directory, uint64_t seed, KnownContents& contents);

}  // namespace diobench
