// SPDX-License-Identifier: GPL-2.0-only
// What a folder held at one moment, so that what changed since can be found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// One line a file below `folder`: inode, size, modification time in ns, path.
[[nodiscard]] Result<std::string> list_files(const fs::path& folder);
/// The files below `folder` that `manifest` (from list_files) does not have,
/// or has otherwise.  The inode and size are compared as well: the host's clock may have been set back in between.
[[nodiscard]] Result<std::vector<fs::path>> changed_files(const fs::path& folder, std::string_view manifest);

}  // namespace diobench
