// SPDX-License-Identifier: GPL-2.0-only
// Why a patch does not fit, in words a kernel developer can act on.
#pragma once

#include <string>
#include <string_view>

#include "bench/common/base/files.h"

namespace diobench {

/// Looks for the first file or hunk of `patch` that does not fit `tree` (its files as they are
/// before the patch): the file that is missing in this version of the kernel, or the hunk, which of its lines is not there,
/// and the three nearest lines of the source.  `pristine` is the whole tree.  Empty: every hunk has its place.
[[nodiscard]] std::string explain_misfit(const fs::path& tree, const fs::path& pristine, std::string_view patch);
/// "Linux 6.12.117" from the tree's Makefile, or "this source".
[[nodiscard]] std::string kernel_name(const fs::path& pristine);

}  // namespace diobench
