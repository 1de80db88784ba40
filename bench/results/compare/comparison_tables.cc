// SPDX-License-Identifier: GPL-2.0-only
// The comparison as text of a fixed width.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <set>

#include "bench/common/base/terminal.h"
#include "bench/results/compare/comparison.h"

namespace diobench {

namespace {

constexpr size_t kLabelWidth = 22;
constexpr size_t kRatioWidth = 8;
constexpr size_t kWidestColumn = 11;
/// Differences below this are not coloured: one run cannot tell them from chance on a real clock.
constexpr double kColourFrom = 0.01;

std::string number_text(double value) {
    double size = std::abs(value);
    if (size >= 1000) return fmt::format("{:.0f}", value);
    if (size >= 100) return fmt::format("{:.1f}", value);
    return fmt::format("{:.2f}", value);
}

/// The reason why there is no number, in one word.
std::string gap_text(const CellResult* cell) {
    if (cell == nullptr) return "-";
    switch (cell->status) {
    case CellStatus::ok: return "n/a";
    case CellStatus::unsupported: return cell->observed_io == ObservedIo::refused ? "refused" : "unsupp.";
    case CellStatus::invalid: return "INVALID";
    case CellStatus::failed: return "FAILED";
    }
    return "?";
}

class TableWriter {
public:
    TableWriter(const Comparison& comparison, size_t width, Colours colours)
        : comparison_(comparison), colours_(colours), ratio_(comparison.reference != comparison.candidate),
          room_(std::max<size_t>(width, 72) - kLabelWidth - (ratio_ ? kRatioWidth : 0)) {
        for (size_t arm = 0; arm < comparison.arms.size(); ++arm) widths_.push_back(1 + needed_width(arm));
        const size_t needed = std::accumulate(widths_.begin(), widths_.end(), size_t{0});
        if (needed >= room_) return;
        const size_t more = (room_ - needed) / widths_.size();
        for (size_t& width_of_arm : widths_) width_of_arm = std::max(width_of_arm, std::min(width_of_arm + more, kWidestColumn));
    }

    std::string write() {
        for (size_t from = 0; from < comparison_.rows.size();) {
            size_t to = from;
            while (to < comparison_.rows.size() && comparison_.rows[to].group == comparison_.rows[from].group) ++to;
            if (!comparison_.rows[from].group.empty()) out_ += paint(comparison_.rows[from].group, Colour::bold) + "\n";
            for (const auto& measure : comparison_.measures())
                for (size_t arm = 0; arm < comparison_.arms.size();) arm = write_table(measure, from, to, arm);
            from = to;
        }
        return std::move(out_);
    }

private:
    /// Of the title and of every number and word in the column.
    size_t needed_width(size_t arm) const {
        size_t out = std::min(comparison_.arms[arm].title.size(), kArmTitleLength);
        for (const auto& row : comparison_.rows)
            for (const auto& measure : comparison_.measures()) out = std::max(out, plain_text(measure, row, arm).size());
        return out;
    }

    /// As many arms as fit, from `first_arm` on; returns the next one.
    size_t write_table(const Measure& measure, size_t from, size_t to, size_t first_arm) {
        size_t end_arm = first_arm;
        for (size_t used = 0; end_arm < widths_.size() && (end_arm == first_arm || used + widths_[end_arm] <= room_); ++end_arm) used += widths_[end_arm];
        std::set<std::string> devices;
        for (size_t i = from; i < to; ++i) devices.insert(comparison_.rows[i].device);
        out_ += paint(fmt::format("{}, {}", measure.title, kind_text(measure.kind, devices)), Colour::dim) + "\n";
        std::string head(kLabelWidth, ' ');
        for (size_t arm = first_arm; arm < end_arm; ++arm)
            head += fmt::format("{:>{}}", comparison_.arms[arm].title.substr(0, widths_[arm] - 1), widths_[arm]);
        bool with_ratio = ratio_ && end_arm == comparison_.arms.size();
        if (with_ratio) head += fmt::format("{:>{}}", "ratio", kRatioWidth);
        out_ += paint(head, Colour::dim) + "\n";
        for (size_t i = from; i < to; ++i) write_row(measure, comparison_.rows[i], first_arm, end_arm, with_ratio);
        out_ += "\n";
        return end_arm;
    }

    void write_row(const Measure& measure, const ComparisonRow& row, size_t first_arm, size_t end_arm, bool with_ratio) {
        if (row.label.size() >= kLabelWidth) out_ += fmt::format("{}\n{:<{}}", row.label, "", kLabelWidth);
        else out_ += fmt::format("{:<{}}", row.label, kLabelWidth);
        for (size_t arm = first_arm; arm < end_arm; ++arm) out_ += value_text(measure, row, arm);
        if (with_ratio) out_ += ratio_text(measure, row);
        out_ += "\n";
    }

    std::string value_text(const Measure& measure, const ComparisonRow& row, size_t arm) const {
        const std::string text = fmt::format("{:>{}}", plain_text(measure, row, arm), widths_[arm]);
        if (comparison_.value(row, arm, measure)) return text;
        const CellResult* cell = row.cells[arm];
        bool wrong = cell != nullptr && (cell->status == CellStatus::invalid || cell->status == CellStatus::failed);
        return paint(text, wrong ? Colour::red : Colour::dim);
    }

    std::string plain_text(const Measure& measure, const ComparisonRow& row, size_t arm) const {
        const auto value = comparison_.value(row, arm, measure);
        return value ? number_text(*value / measure.divisor) : gap_text(row.cells[arm]);
    }

    std::string ratio_text(const Measure& measure, const ComparisonRow& row) const {
        auto ratio = comparison_.ratio(row, measure);
        if (!ratio) return fmt::format("{:>{}}", "-", kRatioWidth);
        bool higher = *ratio > 1;
        Colour colour = higher == (measure.direction == Direction::higher_is_better) ? Colour::green : Colour::red;
        if (std::abs(*ratio - 1) < kColourFrom) colour = Colour::none;
        return paint(fmt::format("{:>{}}", number_text(*ratio) + "x", kRatioWidth), colour);
    }

    std::string paint(std::string_view text, Colour colour) const {
        return colours_ == Colours::never ? std::string(text) : coloured(text, colour);
    }

    const Comparison& comparison_;
    Colours colours_;
    bool ratio_;
    size_t room_;                 ///< for the columns of arms
    std::vector<size_t> widths_;  ///< of each arm's column
    std::string out_;
};

}  // namespace

std::string comparison_tables(const Comparison& comparison, size_t width, Colours colours) {
    return TableWriter(comparison, width, colours).write();
}

}  // namespace diobench
