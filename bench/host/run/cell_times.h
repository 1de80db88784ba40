// SPDX-License-Identifier: GPL-2.0-only
// How long cells take on this host, from what they took before.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "bench/common/base/files.h"
#include "bench/common/plan/cell.h"

namespace diobench {

/// Host seconds of cells, remembered in the cache folder.  Estimates only:
/// no result depends on them.
class CellTimes {
public:
    [[nodiscard]] static CellTimes load();
    /// What the cell took last; else a rough guess from what it reads.
    [[nodiscard]] double estimate_s(const Cell& cell) const;
    [[nodiscard]] bool known(const Cell& cell) const { return seconds_.contains(cell.id()); }
    void note(const std::string& cell_id, double seconds);
    void save() const;

    /// Of a boot, beside its cells: until the first cell begins.
    static constexpr double kBootSeconds = 10;

private:
    std::map<std::string, double> seconds_;
};

}  // namespace diobench
