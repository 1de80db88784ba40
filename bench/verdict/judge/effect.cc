// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/effect.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/verdict/judge/metric_words.h"
#include "bench/verdict/judge/size_in_time.h"
#include "bench/verdict/pairs/statistics.h"

namespace diobench {

namespace {

constexpr size_t kCountsSaid = 3;

/// A metric in all cells that say something of it.
struct OfMetric {
    const MetricReport* largest = nullptr;
    std::vector<double> differences;
    std::vector<double> shares;
    double farthest_pair = 0;  ///< of one seed

    [[nodiscard]] const Metric& metric() const { return *largest->metric; }
    [[nodiscard]] size_t cells() const { return differences.size(); }
};

bool counts(const MetricReport& metric, Verdict verdict) {
    if (verdict != Verdict::pass) return metric.verdict == verdict;
    return metric.paired.better && metric.metric->direction != Direction::neutral;
}

std::vector<OfMetric> metrics_of(std::span<const CellReport* const> cells, Verdict verdict) {
    std::vector<OfMetric> out;
    for (const CellReport* cell : cells)
        for (const auto& metric : cell->metrics) {
            if (!counts(metric, verdict)) continue;
            auto it = std::find_if(out.begin(), out.end(), [&](const OfMetric& one) { return one.largest->metric == metric.metric; });
            if (it == out.end()) it = out.insert(out.end(), OfMetric{&metric, {}, {}, 0});
            it->differences.push_back(worse_by(metric));
            it->shares.push_back(worse_by_share(metric));
            if (std::abs(worse_by(metric)) > std::abs(worse_by(*it->largest))) it->largest = &metric;
            for (const double difference : metric.paired.differences)
                if (std::abs(difference) > std::abs(it->farthest_pair)) it->farthest_pair = difference;
        }
    return out;
}

bool is_time(const OfMetric& one) { return one.metric().unit == "ns" || one.metric().unit == "instructions"; }
bool is_percentile(const OfMetric& one) { return one.metric().name.find(".p") != std::string_view::npos; }

/// Means before percentiles and instructions: the time that people wait. Then what most cells say.
void most_telling_first(std::vector<OfMetric>& metrics) {
    std::stable_sort(metrics.begin(), metrics.end(), [](const OfMetric& a, const OfMetric& b) {
        if (is_time(a) != is_time(b)) return is_time(a);
        if (is_time(a) && is_percentile(a) != is_percentile(b)) return !is_percentile(a);
        return a.cells() > b.cells();
    });
}

std::string words_of(const Metric& metric) {
    if (metric.name == "latency_ns.mean") return "mean latency";
    if (metric.name == "latency_ns.p99") return "p99 latency";
    if (metric.name == "cpu_ns_per_op.total") return "CPU time a read";
    if (metric.name == "instructions_per_op.read_path") return "instructions of the read path (EROFS to iomap)";
    return std::string(metric.name);
}

/// Of what moved with some seeds only, so that its median is none: "up to +4.0 KiB".
std::string farthest_text(const OfMetric& one) { return "up to " + difference_text(one.metric(), one.farthest_pair); }

std::string median_and_maximum(const OfMetric& one) {
    const double middle = median(one.differences);
    if (middle == 0) return fmt::format("{} {} with some seeds", words_of(one.metric()), farthest_text(one));
    const auto both = [&](double difference, double share) { return fmt::format("{} ({})", difference_text(one.metric(), difference), share_text(share)); };
    std::string text = fmt::format("{} {}", words_of(one.metric()), both(middle, median(one.shares)));
    if (one.cells() == 1) return text;
    const auto [least, most] = std::minmax_element(one.differences.begin(), one.differences.end());
    if (*least == *most) return text + " in each";
    return text + fmt::format(" in the median, {} at most", both(worse_by(*one.largest), worse_by_share(*one.largest)));
}

/// "+1 slab_allocations_per_op": what was counted says what the time was spent on.
std::string also_counted(const std::vector<OfMetric>& metrics, const OfMetric& first) {
    std::vector<std::string> parts;
    size_t more = 0;
    for (const auto& one : metrics) {
        if (&one == &first || is_time(one)) continue;
        const double middle = median(one.differences);
        if (parts.size() == kCountsSaid) ++more;
        else parts.push_back(fmt::format("{} {}", middle != 0 ? difference_text(one.metric(), middle) : farthest_text(one), one.metric().name));
    }
    if (parts.empty()) return {};
    return fmt::format("; {}{}", join(parts, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace

Effect effect_of(std::span<const CellReport* const> cells, Verdict verdict) {
    if (!cells.empty() && !cells.front()->reason.empty()) return {cells.front()->reason, 1};
    auto metrics = metrics_of(cells, verdict);
    if (metrics.empty()) return {};
    most_telling_first(metrics);
    const OfMetric& first = metrics.front();
    if (verdict == Verdict::invalid) return {fmt::format("{}: {}", first.metric().name, first.largest->reason), first.largest->policy_line};
    return {median_and_maximum(first) + also_counted(metrics, first), first.largest->policy_line};
}

}  // namespace diobench
