// SPDX-License-Identifier: GPL-2.0-only
// The arms of one run side by side: what an O_DIRECT read buys and costs
// against the reference arm, and how far it is from the floor.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/plan/cell_filter.h"
#include "bench/results/compare/measures.h"
#include "bench/results/store/cells.h"

namespace diobench {

/// The reads that tell most, direct: what the rows of a comparison are (of each, every engine the suite has), and what
/// workloads/headline.toml lists. reports/tradeoff.py has the same rule.
[[nodiscard]] bool is_main_read(const Dimensions& dimensions);

/// A column.
struct Arm {
    enum class Kind { kernel, buffered, raw, floor };
    std::string title;
    Kind kind = Kind::kernel;
    std::string kernel;
};

/// One read, by all arms.
struct ComparisonRow {
    std::string group;  ///< "ram, local, flat": rows of one table
    std::string label;  ///< "rand 4k qd1 pread", or the cell id with `all`
    std::string cell;   ///< id of the cell that the kernels' columns show
    std::string device;
    std::vector<const CellResult*> cells;  ///< one for each arm; nullptr if the run has none
    std::optional<Floor> floor{};          ///< its numbers are those of the arm "floor"
};

struct ComparisonOptions {
    std::vector<std::string> kernels;  ///< only these: the first is the reference, the last the candidate; empty: all
    enum class Rows { main, all } rows = Rows::main;
    CellFilter filter;
};

/// "rand 4k qd1 pread on nvme-80us", with the layout if it is not flat.
[[nodiscard]] std::string read_on_device(const Dimensions& dimensions);
/// The same with its class: "rand 4k qd1 pread on nvme-80us (warm or re-read)".
[[nodiscard]] std::string place_of(const Dimensions& dimensions);

/// The comparison; its pointers point into `results`, whose boots are collapsed.
struct Comparison {
    std::shared_ptr<const Results> results;
    std::vector<Arm> arms;
    std::vector<ComparisonRow> rows;
    std::vector<ComparisonRow> direct_rows;    ///< all reads with O_DIRECT through fscache, whatever `rows` are
    std::vector<ComparisonRow> buffered_rows;  ///< all reads through the page cache
    std::vector<const CellResult*> cells;      ///< of all kernels, those that the filter takes
    size_t reference = 0;  ///< index of the arm that ratios are against
    size_t candidate = 0;  ///< index of the arm that is judged
    bool main_rows_missing = false;  ///< the suite has none of the main reads, so all local ones are shown

    [[nodiscard]] std::span<const Measure> measures() const { return comparison_measures(results->run.clock); }
    [[nodiscard]] std::optional<double> value(const ComparisonRow& row, size_t arm, const Measure& measure) const;
    /// candidate / reference; missing if a value is, or if the reference is 0.
    [[nodiscard]] std::optional<double> ratio(const ComparisonRow& row, const Measure& measure) const;
};

/// Without `kernels` the candidate is the last arm (not "fallback" if there
/// is another) and the reference is "fallback", else the first other arm whose
/// direct reads have numbers, else the buffered reads.
[[nodiscard]] Result<Comparison> compare_arms(const Results& results, const ComparisonOptions& options);

/// Why numbers of the virtual clock in two runs are not of the same instructions (guest program, QEMU, compiler, plan): a kernel
/// would differ from itself. Empty if they are.
[[nodiscard]] std::string why_other_instructions(const Run& first, const Run& second);
/// Why two runs must not be compared (machine, clock, suite, emulator), as an error; else nothing.
[[nodiscard]] Status check_comparable(const Results& first, const Results& second);
/// One run with the arms of two: "dio@1" and "dio@2".  `kernels` names one arm
/// of each (the same if there is one name; default the last arm both have).
[[nodiscard]] Result<Results> merge_runs(const Results& first, const Results& second,
                                         const std::vector<std::string>& kernels);

/// What `compare --json` prints.
[[nodiscard]] nlohmann::ordered_json comparison_json(const Comparison& comparison);

/// Where text goes decides about colours.
enum class Colours { never, on_terminals };
/// The tables, at most `width` columns wide (at least 72); more arms than fit make more tables.
[[nodiscard]] std::string comparison_tables(const Comparison& comparison, size_t width, Colours colours);

/// Length of a name in the tables' columns; longer ones are cut.
inline constexpr size_t kArmTitleLength = 8;

}  // namespace diobench
