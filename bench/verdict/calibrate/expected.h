// SPDX-License-Identifier: GPL-2.0-only
// expected.toml of a slowed kernel: what calibration must see of it (kernel-patches/README.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

struct ExpectedSlowdown {
    std::string cells;   ///< glob of the cells it slows
    std::string metric;  ///< "instructions" (any time of the exact machine), or the beginning of a metric's name
    std::optional<double> about_per_op;   ///< instructions, ns or bytes
    std::optional<double> about_per_mib;  ///< fetches
    std::vector<std::string> functions;   ///< one of these must be among those that account for most
};

/// Strict: an unknown key, and both or neither of about_per_op and about_per_mib, are errors with file:line.
[[nodiscard]] Result<ExpectedSlowdown> parse_expected(const std::string& text, const std::string& file);
[[nodiscard]] Result<ExpectedSlowdown> read_expected(const fs::path& series_folder);

/// Whether a metric of the table is one that this slowdown changes.
[[nodiscard]] bool is_expected_metric(const ExpectedSlowdown& expected, std::string_view metric);

}  // namespace diobench
