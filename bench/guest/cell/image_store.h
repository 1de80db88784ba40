// SPDX-License-Identifier: GPL-2.0-only
// Where the images of a machine lie that has them in memory.
#pragma once

#include <string>

#include "bench/common/base/error.h"

namespace diobench {

/// Moves the files of a folder of the root file system to a tmpfs of 2 MiB folios in its place. Dropping the caches looks at every folio of
/// every file: at 512 times as few, which was a twelfth of all that a suite executes. A kernel that has no such tmpfs leaves them where they are.
[[nodiscard]] Status store_in_large_folios(const std::string& folder);

}  // namespace diobench
