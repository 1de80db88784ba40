// SPDX-License-Identifier: GPL-2.0-only
// The format of series.toml.
#pragma once

#include "bench/host/kernel/series.h"

namespace diobench {

/// Reads and checks one series.toml; its folder's name must be the series'
/// name and every patch must exist.  Unknown keys are errors.  Does not look at other series.
[[nodiscard]] Result<Series> read_series_file(const fs::path& file);
/// The text of a series.toml that read_series_file() reads back as `series`.
[[nodiscard]] std::string series_file_text(const Series& series);
/// The lines of one variant, with an empty one before them, as they stand in it; `folder` is the series'.
[[nodiscard]] std::string variant_text(const SeriesVariant& variant, const fs::path& folder);

}  // namespace diobench
