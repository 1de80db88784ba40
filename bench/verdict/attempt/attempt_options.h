// SPDX-License-Identifier: GPL-2.0-only
// What is to be tried, and how thoroughly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/plan/cell_filter.h"
#include "bench/host/kernel/import_series.h"

namespace diobench {

/// What patches stand on if nobody says so: the series that is meant to be sent.
inline constexpr std::string_view kUsualGround = "dio";

struct AttemptOptions {
    std::vector<std::string> what;  ///< patches, mails, mboxes, folders, or one revision or range of `tree`
    std::string on;                 ///< the series below; empty: what a folder's series.toml requires, else kUsualGround
    std::string keep;               ///< the series becomes one of the project by this name; empty: it is temporary
    std::string revises;            ///< with `keep`: the series of which this is a newer revision; empty: none
    std::optional<PatchVersion> version;  ///< of the patches in a thread; nothing: the newest complete one
    Existing existing = Existing::refuse;  ///< of one of that name
    Fit fit = Fit::exact;
    fs::path tree;                  ///< the kernel source, or of a revision its git tree; empty: the distribution's, or the tree we are in
    std::string revision;           ///< of the source `tree`
    std::vector<std::string> cases; ///< of verify; empty: all
    std::string suite = "quick";    ///< of the gate
    CellFilter filter;              ///< of its cells
    uint64_t seed = 1;
    size_t seeds = 3;               ///< fewest of which one that is off decides nothing; undecided metrics get more
    fs::path policy;                ///< empty: gate.toml of the project
    fs::path output;                ///< empty: out/<run id>
    unsigned jobs = 0;              ///< machines side by side; 0: as verify and gate choose
    bool report = true;             ///< draw the gate's page
    std::vector<std::string> argv;
};

/// What is wrong with the options that can be known before anything is read or built.
[[nodiscard]] Status check_attempt(const AttemptOptions& options);

}  // namespace diobench
