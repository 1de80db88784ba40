// SPDX-License-Identifier: GPL-2.0-only
// The table of classes as text of a fixed width.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/results/compare/class_table.h"
#include "bench/results/compare/headline.h"

namespace diobench {

namespace {

constexpr size_t kTitleWidth = 25;
constexpr double kWithoutDecimals = 10;  ///< ratios from here on

class ClassTableWriter {
public:
    ClassTableWriter(const ClassTable& table, size_t width, Colours colours) : table_(table), width_(width), colours_(colours) {
        for (size_t i = 0; i < table.kernels.size(); ++i)
            (has_numbers(i) ? shown_ : silent_).push_back(i);
        for (size_t i : shown_) widths_.push_back(2 + widest(i));
        while (!shown_.empty() && used() > width_) drop_first();
    }

    std::string write() {
        if (shown_.empty()) return "";
        std::string out;
        for (const auto* rows : {&table_.work, &table_.time}) out += block(*rows);
        return out + notes();
    }

private:
    bool has_numbers(size_t kernel) const {
        auto told = [&](const ClassRow& row) { return row.figures[kernel].gap.empty(); };
        return std::ranges::any_of(table_.work, [&](const ClassRow& row) { return row.direct && told(row); }) ||
               std::ranges::any_of(table_.time, [&](const ClassRow& row) { return row.direct && told(row); });
    }
    size_t widest(size_t kernel) const {
        size_t out = table_.kernels[kernel].size();
        for (const auto* rows : {&table_.work, &table_.time})
            for (const auto& row : *rows) out = std::max(out, text_of(row.figures[kernel]).size());
        return out;
    }
    size_t used() const {
        size_t out = kTitleWidth;
        for (size_t width : widths_) out += width;
        return out;
    }
    /// The kernel that is judged stands last.
    void drop_first() {
        cut_.push_back(shown_.front());
        shown_.erase(shown_.begin());
        widths_.erase(widths_.begin());
    }

    static std::string text_of(const ClassFigure& figure) { return figure.gap.empty() ? figure_text(figure) : figure.gap; }

    std::string block(const std::vector<ClassRow>& rows) const {
        if (rows.empty()) return "";
        std::string out = paint(block_title(rows), Colour::bold) + "\n";
        std::string head = fmt::format("{:<{}}", "  reads", kTitleWidth);
        for (size_t i = 0; i < shown_.size(); ++i) head += fmt::format("{:>{}}", table_.kernels[shown_[i]], widths_[i]);
        out += paint(head, Colour::dim) + "\n";
        for (const auto& row : rows) out += line(row);
        return out;
    }

    std::string line(const ClassRow& row) const {
        std::string out = fmt::format("  {:<{}}", row.title, kTitleWidth - 2);
        for (size_t i = 0; i < shown_.size(); ++i) {
            const ClassFigure& figure = row.figures[shown_[i]];
            const Colour colour = !figure.gap.empty() ? Colour::dim : figure.worse != 0 ? Colour::red : figure.better != 0 ? Colour::green : Colour::none;
            out += paint(fmt::format("{:>{}}", text_of(figure), widths_[i]), colour);
        }
        return out.substr(0, out.find_last_not_of(' ') + 1) + "\n";
    }

    std::string notes() const {
        std::vector<std::string> lines = {fmt::format("{} = 1: median (best - worst read of the class); ! marks a class with a read that is worse", table_.reference)};
        auto names = [&](const std::vector<size_t>& kernels) {
            std::vector<std::string> found;
            for (size_t i : kernels) found.push_back(table_.kernels[i]);
            return join(found, ", ");
        };
        if (!silent_.empty()) lines.push_back("no direct reads with numbers: " + names(silent_));
        if (!cut_.empty()) lines.push_back("no room for: " + names(cut_));
        std::string out;
        for (const auto& line : lines) out += "  " + wrap_text(line, width_ - 2, 2) + "\n";
        return out;
    }

    std::string paint(std::string_view text, Colour colour) const { return colours_ == Colours::never ? std::string(text) : coloured(text, colour); }

    const ClassTable& table_;
    size_t width_;
    Colours colours_;
    std::vector<size_t> shown_;   ///< kernels with a column
    std::vector<size_t> widths_;  ///< of their columns
    std::vector<size_t> silent_;
    std::vector<size_t> cut_;
};

}  // namespace

std::string ratio_text(double ratio) {
    if (std::isinf(ratio)) return "from 0";
    return ratio >= kWithoutDecimals ? fmt::format("{:.0f}", ratio) : fmt::format("{:.2f}", ratio);
}

std::string figure_text(const ClassFigure& figure) {
    const std::string median = ratio_text(figure.median);
    const std::string best = ratio_text(figure.best.ratio);
    const std::string worst = ratio_text(figure.worst.ratio);
    const std::string span = best == worst ? "" : fmt::format(" ({} - {})", best, worst);
    return fmt::format("{}{}{}", median, span, figure.worse != 0 ? "!" : " ");
}

std::string block_title(const std::vector<ClassRow>& rows) {
    std::set<std::string> devices;
    for (const auto& row : rows)
        for (const auto& figure : row.figures)
            for (const auto& pair : figure.pairs) devices.insert(pair.cell->dimensions.device);
    return fmt::format("{}, {}", rows.front().measure->ratio_title, kind_text(rows.front().measure->kind, devices));
}

std::string class_table_text(const ClassTable& table, size_t width, Colours colours) { return ClassTableWriter(table, width, colours).write(); }

}  // namespace diobench
