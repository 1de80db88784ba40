// SPDX-License-Identifier: GPL-2.0-only
// A run as JUnit XML: what continuous integration shows as tests.
#pragma once

#include <string>
#include <string_view>

#include "bench/base/error.h"
#include "bench/base/files.h"
#include "bench/store/results.h"

namespace diobench {

inline constexpr std::string_view kJunitFileName = "junit.xml";

/// One test case a cell (boots collapsed), a conformance case, and a kernel: <failure> for
/// invalid, failed and broken kernels, <skipped> for unsupported ones and for
/// failures the series lists as known. `time` is that of the timed region, s.
[[nodiscard]] std::string junit_text(const Results& results);
[[nodiscard]] Status write_junit(const fs::path& file, const Results& results);

}  // namespace diobench
