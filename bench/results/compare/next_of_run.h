// SPDX-License-Identifier: GPL-2.0-only
// The command to go on with after a run.
#pragma once

#include <optional>
#include <string>

#include "bench/results/compare/class_table.h"

namespace diobench {

/// The kernel as another command takes it: by the folder that the run was given, or by its name. Nothing if it was built from a source
/// of the run's own.
[[nodiscard]] std::optional<std::string> kernel_as_given(const Run& run, const std::string& kernel);
/// Asks why the judged kernel's worst read of all classes costs what it does, where the machine counts. Empty: nothing is worse.
[[nodiscard]] std::string next_of_run(const ClassTable& table);

}  // namespace diobench
