// SPDX-License-Identifier: GPL-2.0-only
// How large a kernel's series is, in words.
#pragma once

#include <string>

#include "bench/results/store/results.h"

namespace diobench {

/// "12 patches, 7 files, +612 -41 lines; checkpatch --strict: 0 errors, 1 warning, 0 checks", or why checkpatch says nothing.
[[nodiscard]] std::string size_text(const SeriesSize& size);

}  // namespace diobench
