// SPDX-License-Identifier: GPL-2.0-only
// All cells of a run as one table for spreadsheets and data frames.
#pragma once

#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/results/store/results.h"

namespace diobench {

/// RFC 4180: a head, then a row a cell of a kernel (boots collapsed), lines end in CR LF.  Columns: who and what, the rows of
/// dimension_table(), the outcome, the rows of metric_table() with their units.  Values are in base units, whole numbers
/// whole, others in the shortest form that reads back equal; what is missing is empty, never 0.
[[nodiscard]] std::string csv_text(const Results& results);
/// A run that measured no cell is an error.
[[nodiscard]] Status write_csv(const fs::path& file, const Results& results);

}  // namespace diobench
