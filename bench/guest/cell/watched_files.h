// SPDX-License-Identifier: GPL-2.0-only
// The files whose page cache belongs to a cell.
#pragma once

#include "bench/guest/backend/backend.h"
#include "bench/guest/cell/snapshot.h"

namespace diobench {

class WatchedFiles {
public:
    /// Opens them without O_DIRECT; what cannot be opened is not counted.
    /// `read`: paths that the cell reads.
    [[nodiscard]] static WatchedFiles open(const std::vector<std::string>& read, const OpenImage& image, const std::vector<std::string>& sources,
                                           const std::string& block_device);
    /// Adds files that were not to be touched before the cell.
    void add_read(const std::vector<std::string>& paths);
    void fill(SnapshotTarget& target) const;

private:
    std::vector<UniqueFd> read_, backing_, source_;
    UniqueFd device_;
    bool has_backing_ = false;
};

}  // namespace diobench
