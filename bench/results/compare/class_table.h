// SPDX-License-Identifier: GPL-2.0-only
// The front of a report: a row a class of reads, a column a kernel, each the
// median, the best and the worst of its reads against the reference kernel's.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/results/compare/comparison.h"
#include "bench/results/compare/read_class.h"

namespace diobench {

/// Ids of the rows that are no class of reads: what direct reads left in memory, and what they took from a neighbour.
inline constexpr std::string_view kMemoryRow = "memory";
inline constexpr std::string_view kEvictedRow = "evicted";

/// One read by a kernel and by the reference.
struct ReadPair {
    const CellResult* cell = nullptr;
    const CellResult* reference = nullptr;
    double before = 0;  ///< the reference's number, in the measure's base unit
    double after = 0;
    double ratio = 1;  ///< after / before; 1 if both are nothing, infinite from nothing to something
};

/// A kernel's reads of a class by one measure, of which less is better.
struct ClassFigure {
    std::string gap;  ///< why there is no number; empty if there is one
    size_t worse = 0;  ///< by more than kSameWithin
    size_t better = 0;
    double median = 1;  ///< of the ratios
    ReadPair best;
    ReadPair worst;
    std::vector<ReadPair> pairs;
};

struct ClassRow {
    std::string id;       ///< of the class, or of what is counted
    std::string title;
    std::string meaning;
    bool direct = false;  ///< reads with O_DIRECT through fscache
    size_t reads = 0;     ///< different reads of this class that the run has
    const Measure* measure = nullptr;
    std::vector<ClassFigure> figures;  ///< one for each kernel of the table
};

struct ClassTable {
    std::shared_ptr<const Results> results;
    std::string reference;             ///< "fallback", or "buffered": each kernel's own buffered reads
    std::vector<std::string> kernels;  ///< without the reference
    std::string candidate;             ///< the kernel that is judged
    /// What the CPU does and what is left in memory, then time; each class has a row in each block, if the run has such reads.
    std::vector<ClassRow> work;
    std::vector<ClassRow> time;

    [[nodiscard]] const ClassFigure* figure(const ClassRow& row, std::string_view kernel) const;
};

/// Of the kernels and cells that the comparison is of.
[[nodiscard]] ClassTable class_table(const Comparison& comparison);
/// Rows of the classes of `table` and how many reads each has, `reference reads` too: all cells of a run.
[[nodiscard]] std::vector<std::pair<const ReadClassRow*, size_t>> reads_by_class(const Comparison& comparison);

/// The class of direct reads with the worst read, of each block: "Worst, counted: ..."; for the kernel that is judged.
[[nodiscard]] std::vector<std::string> worst_sentences(const ClassTable& table);

/// "0.55", "45", "from 0".
[[nodiscard]] std::string ratio_text(double ratio);
/// "0.55 (0.31-1.02)!": median, best and worst; ! where the worst is worse than the reference.
[[nodiscard]] std::string figure_text(const ClassFigure& figure);
/// Above rows of one block: "instructions per read, counted".
[[nodiscard]] std::string block_title(const std::vector<ClassRow>& rows);
/// Plain text of at most `width` columns; kernels that have no number are named below it.
[[nodiscard]] std::string class_table_text(const ClassTable& table, size_t width, Colours colours);
[[nodiscard]] nlohmann::ordered_json class_table_json(const ClassTable& table);

}  // namespace diobench
