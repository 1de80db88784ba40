// SPDX-License-Identifier: GPL-2.0-only
// Which cells somebody wants: --filter and --where of every command, and their keys in files.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/plan/cell.h"

namespace diobench {

/// As it was said. A cell is taken if both parts take it.
struct CellFilter {
    /// fnmatch(3) on the id, of which '*' also matches '/'. One with a space, which ids do not have, is on read_label().
    std::string glob = "*";
    /// "io=direct,block_size=4k|8k": values of dimensions, sizes as fio spells them; empty: any.
    std::string where;

    [[nodiscard]] bool takes_all() const { return glob == "*" && where.empty(); }
    /// One text for people and files: "*", "*/4k/*", "io=direct", "*/4k/* io=direct".
    [[nodiscard]] std::string text() const;
    /// As options of a command line: "--filter */4k/* --where io=direct"; empty if it takes all.
    [[nodiscard]] std::vector<std::string> words() const;

    bool operator==(const CellFilter&) const = default;
};

/// Whether a glob is one of labels.
[[nodiscard]] bool is_label_glob(std::string_view glob);

/// A cell to choose from; `dimensions` must outlive it.
struct NamedCell {
    std::string id;
    std::string_view workload;
    const Dimensions* dimensions = nullptr;
};
[[nodiscard]] std::vector<NamedCell> named_cells(std::span<const Cell> cells);

/// What a condition of --where can be about, as people write it, and the values that these cells have of it.
[[nodiscard]] std::map<std::string, std::set<std::string>> condition_values(std::span<const NamedCell> cells);
/// Places in `cells` of those that the filter takes, in their order. Errors, all faults of one filter at once: a dimension
/// or a value that there is not, with those that there are; nothing is left, with the condition that excludes the last.
/// `of_what` names the cells for errors: "suite quick".
[[nodiscard]] Result<std::vector<size_t>> choose_cells(const CellFilter& filter, std::span<const NamedCell> cells, std::string_view of_what);
/// The place of the one cell that has this id, or this label. Errors: there is none, or there are several.
[[nodiscard]] Result<size_t> find_named_cell(std::string_view id_or_label, std::span<const NamedCell> cells, std::string_view of_what);

}  // namespace diobench
