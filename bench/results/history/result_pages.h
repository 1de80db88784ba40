// SPDX-License-Identifier: GPL-2.0-only
// Where runs and gates that the store names are to be read.
#pragma once

#include <map>
#include <string>

#include "bench/results/store/database.h"

namespace diobench {

class ResultPages {
public:
    /// `output`: where runs of which the store knows no directory, or one that is gone, may lie by their id; `nights`: the
    /// same of those of nights, as nightly lays them out (empty: nowhere).
    [[nodiscard]] static Result<ResultPages> open(ResultStore& store, const fs::path& output, const fs::path& nights = {});

    /// The directory with its files, absolute; empty: there is none (any more).
    [[nodiscard]] fs::path directory_of(const std::string& id) const;
    /// The file in it that a person reads: the report, else the summary; empty: there is none.
    [[nodiscard]] fs::path page_of(const std::string& id) const;

private:
    fs::path output_;
    std::map<std::string, fs::path> directories_;
};

}  // namespace diobench
