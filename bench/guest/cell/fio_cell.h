// SPDX-License-Identifier: GPL-2.0-only
// A cell that fio reads instead of an engine of ours.
#pragma once

#include "bench/common/plan/guest_plan.h"
#include "bench/guest/engine/measure_cell.h"

namespace diobench {

/// Where fio lies in a guest.
inline constexpr const char* kGuestFio = "/usr/bin/fio";

/// Runs fio on the target's files.  fio compares no bytes: some of the file
/// are read and compared afterwards, in the same mode.
[[nodiscard]] Result<CellMeasurement> measure_with_fio(const GuestPlan& plan, const Cell& cell, const ReadTarget& target, const MeasureHooks& hooks);

}  // namespace diobench
