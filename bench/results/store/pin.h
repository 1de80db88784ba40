// SPDX-License-Identifier: GPL-2.0-only
// A baseline with a name: a good run that later ones are held against.
#pragma once

#include <string>

namespace diobench {

struct Pin {
    std::string name;
    std::string run_id;
    std::string kernel;     ///< arm of that run; empty: each arm is held against itself
    std::string cells;      ///< glob of cell ids
    std::string pinned_at;  ///< UTC, ISO 8601
    bool operator==(const Pin&) const = default;
};

}  // namespace diobench
