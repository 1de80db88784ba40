// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "bench/common/plan/cell.h"

namespace diobench {

/// A cell of which only the workload matters.
inline Cell plain_cell(const std::string& workload) {
    Cell cell;
    cell.workload = workload;
    cell.layout = "flat";
    cell.device = "ram";
    cell.engine = "pread";
    return cell;
}

}  // namespace diobench
