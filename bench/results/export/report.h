// SPDX-License-Identifier: GPL-2.0-only
// Plots and the HTML page, made by the Python package reports/.
#pragma once

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

inline constexpr std::string_view kReportFileName = "report.html";

/// Draws plots/*.png, plots/*.svg and report.html into the output directory of
/// a finished run (results.json) or gate (gate.json) and what lies beside them; the path of the page. Needs
/// a python3 with matplotlib and jinja2 and says so when there is none.
[[nodiscard]] Result<fs::path> write_report(const fs::path& directory);

}  // namespace diobench
