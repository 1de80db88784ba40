// SPDX-License-Identifier: GPL-2.0-only
// The output directory of a finished run that a command was given.
#pragma once

#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/results/store/results.h"

namespace diobench {

/// `given`, also by its name below out/, or out/latest of the working directory or else of the project when it is empty.
[[nodiscard]] fs::path run_directory(const std::string& given);
/// Its results; when there is none yet the error says how to make one.
[[nodiscard]] Result<Results> read_run(const std::string& given);

}  // namespace diobench
