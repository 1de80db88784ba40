// SPDX-License-Identifier: GPL-2.0-only
// What conformance cases came to, for people.
#pragma once

#include <string>

#include "bench/common/base/error.h"
#include "bench/results/store/results.h"

namespace diobench {

enum class Ink { plain, terminal };  ///< colours on a terminal, or never

/// One line a kernel: how many cases passed, failed, were known to fail,
/// skipped, notes; then, grouped by what was said, the new failures (with what
/// the kernel printed), the known ones and the notes.  At most `width` columns.
[[nodiscard]] std::string conformance_text(const std::vector<KernelResult>& kernels, size_t width, Ink ink);

/// The failures of a kernel that its series does not list, grouped by what was said, at most `most_groups` groups; of the
/// others how many cases they are. Empty if there are none.
[[nodiscard]] std::string new_failures_text(const KernelResult& kernel, size_t most_groups, size_t width, Ink ink);

/// For runs over mutants: one line each, dead by which case or alive.
[[nodiscard]] std::string mutants_text(const std::vector<KernelResult>& kernels, size_t width, Ink ink);

}  // namespace diobench
