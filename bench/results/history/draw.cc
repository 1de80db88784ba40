// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/draw.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr size_t kAxisColumns = 13;
/// How far apart few runs are drawn, in columns.
constexpr size_t kMostStride = 4;

/// Half-open range of values that a column shows.
struct Bin {
    size_t begin;
    size_t end;
};

/// With fewer values than columns each has its own.
Bin bin_of(size_t column, size_t columns, size_t values) {
    if (values <= columns) return {column, std::min(column + 1, values)};
    return {column * values / columns, (column + 1) * values / columns};
}

size_t column_of(size_t index, size_t columns, size_t values) {
    size_t column = values <= columns ? index : index * columns / values;
    while (bin_of(column, columns, values).end <= index) ++column;
    return column;
}

/// Columns from one run to the next, where each has at least one.
size_t stride_of(size_t columns, size_t values) { return std::clamp<size_t>(columns / std::max<size_t>(values, 1), 1, kMostStride); }

std::optional<double> median_in(std::span<const std::optional<double>> values, Bin bin) {
    std::vector<double> present;
    for (size_t i = bin.begin; i < bin.end; ++i)
        if (values[i]) present.push_back(*values[i]);
    if (present.empty()) return std::nullopt;
    std::sort(present.begin(), present.end());
    return present[present.size() / 2];
}

struct Range {
    double low;
    double high;
    /// 0 at the bottom, 1 at the top; the middle where all are equal.
    [[nodiscard]] double place(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

std::optional<Range> range_of(std::span<const std::optional<double>> values) {
    std::optional<Range> out;
    for (const auto& value : values) {
        if (!value) continue;
        if (!out) out = Range{*value, *value};
        out->low = std::min(out->low, *value);
        out->high = std::max(out->high, *value);
    }
    return out;
}

std::vector<std::optional<double>> values_of(const HistorySeries& series) {
    std::vector<std::optional<double>> out;
    for (const auto& point : series.points) out.push_back(point.value);
    return out;
}

std::string utf8(unsigned code) {
    return {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
}

/// Braille cells: 2 by 4 dots a character.
class DotCanvas {
public:
    DotCanvas(size_t columns, size_t rows) : columns_(columns), rows_(rows), cells_(columns * rows) {}
    [[nodiscard]] size_t dot_rows() const { return rows_ * 4; }

    /// `y` counts from the bottom.
    void set(size_t column, size_t dot, size_t y) {
        static constexpr std::array<std::array<unsigned char, 4>, 2> kBits = {{{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}}};
        cells_[(rows_ - 1 - y / 4) * columns_ + column] |= kBits[dot][y % 4];
    }
    [[nodiscard]] std::string row(size_t row) const {
        std::string out;
        for (size_t c = 0; c < columns_; ++c) out += cells_[row * columns_ + c] == 0 ? " " : utf8(0x2800u + cells_[row * columns_ + c]);
        while (!out.empty() && out.back() == ' ') out.pop_back();
        return out;
    }

private:
    size_t columns_;
    size_t rows_;
    std::vector<unsigned char> cells_;
};

/// Which mark may be written over which.
int weight(char mark) {
    constexpr std::string_view kOrder = " |?^x!R";
    return static_cast<int>(kOrder.find(mark));
}

std::string mark_line(const HistorySeries& series, const std::vector<ChangePoint>& changes, size_t columns) {
    std::string line(columns, ' ');
    const size_t stride = stride_of(columns, series.points.size());
    auto mark = [&](size_t index, char what) {
        char& at = line[column_of(index, columns, series.points.size()) * stride];
        if (weight(what) > weight(at)) at = what;
    };
    for (const auto& change : changes) mark(change.index, '^');
    for (size_t i = 0; i < series.points.size(); ++i) {
        const auto& point = series.points[i];
        if (i > 0 && point.kernel != series.points[i - 1].kernel) mark(i, '|');
        if (!point.value) mark(i, 'x');
        mark(i, verdict_mark(point.verdict));
    }
    return std::string(trim("." + line)).substr(1);
}

std::string axis_label(const HistorySeries& series, const Range& range, size_t row, size_t rows) {
    if (row == 0) return metric_text(*series.metric, range.high);
    if (row + 1 == rows && range.high > range.low) return metric_text(*series.metric, range.low);
    return "";
}

}  // namespace

char verdict_mark(const std::string& verdict) {
    if (verdict == "regression") return 'R';
    if (verdict == "invalid") return '!';
    if (verdict == "inconclusive") return '?';
    return ' ';
}

std::string metric_text(const Metric& metric, double value) {
    if (metric.unit == "ns") return human_ns(value);
    if (metric.unit == "s") return human_ns(value * 1e9);
    if (metric.unit == "bytes") return human_bytes(value);
    if (metric.unit == "bytes_per_s") return human_bytes(value) + "/s";
    if (metric.unit == "ops_per_s") return fmt::format("{:.4g} op/s", value);
    return fmt::format("{:.6g}", value);
}

std::string percent_text(double ratio) {
    if (!std::isfinite(ratio)) return "from 0";
    const double percent = ratio * 100;
    return std::abs(percent) >= 1 || percent == 0 ? fmt::format("{:+.1f} %", percent) : fmt::format("{:+.2g} %", percent);
}

std::string sparkline(std::span<const std::optional<double>> values, size_t columns) {
    const auto range = range_of(values);
    std::string out;
    for (size_t column = 0; column < std::min(columns, values.size()); ++column) {
        const auto value = median_in(values, bin_of(column, columns, values.size()));
        out += value ? utf8(0x2581u + static_cast<unsigned>(std::lround(range->place(*value) * 7))) : " ";
    }
    return out;
}

std::string plot(const HistorySeries& series, const std::vector<ChangePoint>& changes, const PlotSize& size) {
    const auto values = values_of(series);
    const auto range = range_of(values);
    if (!range) return {};
    const size_t columns = std::max<size_t>(size.columns, kAxisColumns + 12) - kAxisColumns;
    const size_t rows = std::max<size_t>(size.rows, 2);
    const size_t stride = stride_of(columns, values.size());
    DotCanvas canvas(columns, rows);
    for (size_t i = 0; i < values.size(); ++i) {
        if (!values[i]) continue;
        const size_t column = column_of(i, columns, values.size());
        const Bin bin = bin_of(column, columns, values.size());
        const size_t dot = 2 * (i - bin.begin) >= bin.end - bin.begin && bin.end - bin.begin > 1 ? 1 : 0;
        canvas.set(column * stride, dot, static_cast<size_t>(std::lround(range->place(*values[i]) * static_cast<double>(canvas.dot_rows() - 1))));
    }
    std::string out;
    for (size_t row = 0; row < rows; ++row) out += fmt::format("{:>{}} |{}\n", axis_label(series, *range, row, rows), kAxisColumns - 2, canvas.row(row));
    if (const std::string marks = mark_line(series, changes, columns); !marks.empty()) out += fmt::format("{:>{}}{}\n", "", kAxisColumns, marks);
    return out;
}

std::vector<std::string> describe_changes(const HistorySeries& series, const std::vector<ChangePoint>& changes) {
    const bool ratios = signal_of(series).against_reference;
    std::vector<std::string> out;
    for (const auto& change : changes) {
        const auto& point = series.points[change.index];
        auto text = [&](double value) { return ratios ? fmt::format("{:.4g} of the reference", value) : metric_text(*series.metric, value); };
        const double worse = worse_by(*series.metric, change.before, change.after);
        std::string line = fmt::format("{} {}: {} -> {}, {} {}", point.started_at.substr(0, 10), point.run_id(), text(change.before), text(change.after),
                                       percent_text(std::abs(worse)), series.metric->direction == Direction::neutral ? "different" : worse > 0 ? "worse" : "better");
        if (change.p > 0) line += fmt::format(" (p {:.2g})", change.p);
        if (change.index > 0) {
            const auto& before = series.points[change.index - 1];
            if (before.kernel != point.kernel) line += fmt::format("; {} after {}", point.kernel, before.kernel);
            if (before.environment != point.environment) line += fmt::format("; also changed: {} -> {}", before.environment, point.environment);
        }
        out.push_back(std::move(line));
    }
    return out;
}

}  // namespace diobench
