// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/class_table.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "bench/results/compare/headline.h"

namespace diobench {

namespace {

/// The cells of one row, by kernel.
using CellsOf = std::map<std::string_view, std::vector<const CellResult*>, std::less<>>;

double ratio_of(double before, double after) {
    if (before <= 0) return after <= 0 ? 1 : std::numeric_limits<double>::infinity();
    return std::max(after, 0.0) / before;
}

/// What a cell is held against: the same one of the reference kernel, or the kernel's own buffered read.
const CellResult* reference_of(const Comparison& comparison, const CellResult& cell) {
    const Arm& reference = comparison.arms.at(comparison.reference);
    const auto& cells = comparison.results->cells;
    if (reference.kind == Arm::Kind::kernel) return find_cell(cells, reference.kernel, cell.cell);
    return cell.dimensions.io == IoMode::direct ? with_other_io(cells, cell, IoMode::buffered) : nullptr;
}

/// The word for reads of which none has a number beside the reference's.
std::string gap_of(const std::vector<const CellResult*>& cells) {
    if (cells.empty()) return "no reads";
    for (const CellResult* cell : cells)
        if (cell->status != CellStatus::ok) return cell->observed_io == ObservedIo::refused ? "refused" : std::string(status_name(cell->status));
    return "no reference";
}

double median_of(const std::vector<ReadPair>& sorted) {
    const size_t middle = sorted.size() / 2;
    if (sorted.size() % 2 == 1 || std::isinf(sorted[middle].ratio)) return sorted[middle].ratio;
    return std::midpoint(sorted[middle - 1].ratio, sorted[middle].ratio);
}

ClassFigure figure_of(const Comparison& comparison, const std::vector<const CellResult*>& cells, const Measure& measure) {
    ClassFigure out;
    for (const CellResult* cell : cells) {
        const CellResult* reference = reference_of(comparison, *cell);
        if (reference == nullptr) continue;
        const auto before = measure.value(*reference);
        const auto after = measure.value(*cell);
        if (!before || !after) continue;
        const bool same = std::abs(*after - *before) <= measure.resolution;
        out.pairs.push_back({cell, reference, *before, *after, same ? 1 : ratio_of(*before, *after)});
    }
    if (out.pairs.empty()) {
        out.gap = gap_of(cells);
        return out;
    }
    std::ranges::stable_sort(out.pairs, {}, &ReadPair::ratio);
    out.median = median_of(out.pairs);
    out.best = out.pairs.front();
    out.worst = out.pairs.back();
    out.worse = static_cast<size_t>(std::ranges::count_if(out.pairs, [](const ReadPair& p) { return p.ratio > 1 + kSameWithin; }));
    out.better = static_cast<size_t>(std::ranges::count_if(out.pairs, [](const ReadPair& p) { return p.ratio < 1 - kSameWithin; }));
    return out;
}

size_t different_reads(const CellsOf& cells) {
    std::set<std::string_view> ids;
    for (const auto& [kernel, of] : cells)
        for (const CellResult* cell : of) ids.insert(cell->cell);
    return ids.size();
}

/// Without numbers in it (of the measure) a row says nothing and is none.
void add_row(const Comparison& comparison, const ClassTable& table, ClassRow row, const CellsOf& cells, const Measure& measure, std::vector<ClassRow>& rows) {
    row.measure = &measure;
    row.reads = different_reads(cells);
    for (const auto& kernel : table.kernels) {
        auto found = cells.find(kernel);
        row.figures.push_back(figure_of(comparison, found == cells.end() ? std::vector<const CellResult*>() : found->second, measure));
    }
    if (std::ranges::any_of(row.figures, [](const ClassFigure& f) { return f.gap.empty(); })) rows.push_back(std::move(row));
}

template <class Wanted>
CellsOf cells_where(const Comparison& comparison, Wanted wanted) {
    CellsOf out;
    for (const CellResult* cell : comparison.cells)
        if (wanted(read_class_of(cell->dimensions))) out[cell->kernel].push_back(cell);
    return out;
}

ClassRow row_named(const ReadClassRow& of) {
    return {std::string(of.id), std::string(of.title), std::string(of.meaning), is_direct(of.read_class), 0, nullptr, {}};
}

}  // namespace

const ClassFigure* ClassTable::figure(const ClassRow& row, std::string_view kernel) const {
    auto found = std::ranges::find(kernels, kernel);
    return found == kernels.end() ? nullptr : &row.figures.at(static_cast<size_t>(found - kernels.begin()));
}

ClassTable class_table(const Comparison& comparison) {
    ClassTable out;
    out.results = comparison.results;
    if (comparison.results->kernels.empty()) return out;
    out.reference = comparison.arms.at(comparison.reference).title;
    out.candidate = comparison.arms.at(comparison.candidate).title;
    for (size_t i = 0; i < comparison.arms.size(); ++i)
        if (comparison.arms[i].kind == Arm::Kind::kernel && i != comparison.reference) out.kernels.push_back(comparison.arms[i].kernel);
    const ClockInfo& clock = comparison.results->run.clock;
    for (const auto& of : read_classes()) {
        const auto cells = cells_where(comparison, [&](ReadClass c) { return c == of.read_class; });
        if (of.read_class == ReadClass::reference) continue;
        add_row(comparison, out, row_named(of), cells, comparison_measure(clock, "cpu_ns_per_op"), out.work);
        add_row(comparison, out, row_named(of), cells, time_per_read(clock), out.time);
    }
    const auto direct = cells_where(comparison, is_direct);
    add_row(comparison, out, {std::string(kMemoryRow), "memory left behind", "bytes that direct reads added to the page cache of the whole machine", true, 0, nullptr, {}}, direct,
            comparison_measure(clock, "page_cache_growth_bytes"), out.work);
    add_row(comparison, out, {std::string(kEvictedRow), "neighbour's memory lost", "bytes of another process's hot set that were evicted meanwhile", true, 0, nullptr, {}}, direct,
            evicted_of_neighbour(), out.work);
    return out;
}

std::vector<std::pair<const ReadClassRow*, size_t>> reads_by_class(const Comparison& comparison) {
    std::vector<std::pair<const ReadClassRow*, size_t>> out;
    for (const auto& of : read_classes())
        if (const size_t reads = different_reads(cells_where(comparison, [&](ReadClass c) { return c == of.read_class; })); reads != 0) out.emplace_back(&of, reads);
    return out;
}

namespace {

std::string worst_sentence(const ClassTable& table, const std::vector<ClassRow>& rows) {
    const ClassRow* worst = nullptr;
    auto ratio = [&](const ClassRow& row) {
        const ClassFigure* figure = table.figure(row, table.candidate);
        return row.direct && figure != nullptr && figure->gap.empty() ? figure->worst.ratio : 0;
    };
    for (const auto& row : rows)
        if (worst == nullptr || ratio(row) > ratio(*worst)) worst = &row;
    if (worst == nullptr || ratio(*worst) == 0) return "";
    const ClassFigure& figure = *table.figure(*worst, table.candidate);
    const std::string kind = fmt::format("Worst, {}", kind_name(worst->measure->kind));
    if (figure.worse == 0) return fmt::format("{}: no class of direct reads has one that is worse than {}'s.", kind, table.reference);
    return fmt::format("{}: {}, {} of {} reads; {} has {} times the {} of {} in {}: {} instead of {}.", kind, worst->title, figure.worse, figure.pairs.size(),
                       table.candidate, ratio_text(figure.worst.ratio), worst->measure->ratio_title, table.reference, read_on_device(figure.worst.cell->dimensions),
                       worst->measure->text(figure.worst.after), worst->measure->text(figure.worst.before));
}

nlohmann::ordered_json pair_json(const ReadPair& pair, const Measure& measure) {
    const Dimensions& d = pair.cell->dimensions;
    return {{"cell", pair.cell->cell}, {"read", place_of(d)}, {"ratio", std::isinf(pair.ratio) ? nlohmann::ordered_json() : nlohmann::ordered_json(pair.ratio)},
            {"before", measure.text(pair.before)}, {"after", measure.text(pair.after)}};
}

nlohmann::ordered_json figure_json(const ClassFigure& figure, const Measure& measure) {
    if (!figure.gap.empty()) return {{"gap", figure.gap}};
    return {{"gap", ""},
            {"text", figure_text(figure)},
            {"reads", figure.pairs.size()},
            {"better", figure.better},
            {"worse", figure.worse},
            {"median", std::isinf(figure.median) ? nlohmann::ordered_json() : nlohmann::ordered_json(figure.median)},
            {"median_text", ratio_text(figure.median)},
            {"best", pair_json(figure.best, measure)},
            {"best_text", ratio_text(figure.best.ratio)},
            {"worst", pair_json(figure.worst, measure)},
            {"worst_text", ratio_text(figure.worst.ratio)}};
}

nlohmann::ordered_json rows_json(const ClassTable& table, const std::vector<ClassRow>& rows) {
    auto out = nlohmann::ordered_json::array();
    for (const auto& row : rows) {
        nlohmann::ordered_json figures = nlohmann::ordered_json::object();
        for (size_t i = 0; i < table.kernels.size(); ++i) figures[table.kernels[i]] = figure_json(row.figures[i], *row.measure);
        out.push_back({{"id", row.id}, {"title", row.title}, {"meaning", row.meaning}, {"direct", row.direct}, {"measure", row.measure->name},
                       {"kind", kind_name(row.measure->kind)}, {"reads", row.reads}, {"figures", figures}});
    }
    return out;
}

}  // namespace

std::vector<std::string> worst_sentences(const ClassTable& table) {
    std::vector<std::string> out;
    for (const auto* rows : {&table.work, &table.time})
        if (auto sentence = worst_sentence(table, *rows); !sentence.empty()) out.push_back(std::move(sentence));
    return out;
}

nlohmann::ordered_json class_table_json(const ClassTable& table) {
    return {{"reference", table.reference}, {"kernels", table.kernels}, {"candidate", table.candidate},
            {"work", rows_json(table, table.work)}, {"time", rows_json(table, table.time)}};
}

}  // namespace diobench
