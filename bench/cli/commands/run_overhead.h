// SPDX-License-Identifier: GPL-2.0-only
// The comparison with fio for every command that makes it.
#pragma once

#include "bench/host/overhead/measure_overhead.h"

namespace diobench {

/// Measures, with the installed programs where `options` names none, and keeps the result for reports.
[[nodiscard]] Result<Overhead> run_overhead(OverheadOptions options);

}  // namespace diobench
