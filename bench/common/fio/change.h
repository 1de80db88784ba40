// SPDX-License-Identifier: GPL-2.0-only
// What became of a line of a user's job file.
#pragma once

#include <string>

namespace diobench {

struct FioChange {
    std::string file;
    unsigned line = 0;
    std::string option;  ///< as written; "[name]" for a job
    std::string became;
    std::string why;

    bool operator==(const FioChange&) const = default;
};

}  // namespace diobench
