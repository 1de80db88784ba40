// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_notes.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/results/store/database.h"
#include "bench/verdict/judge/metric_words.h"

namespace diobench {

std::string verification_note(const std::vector<RunPair>& pairs) {
    size_t checks = 0;
    for (const auto& pair : pairs)
        for (const auto* arm : {&pair.baseline, &pair.candidate})
            if (const KernelResult* kernel = arm->results.find_kernel(arm->kernel)) checks += kernel->conformance.size();
    return fmt::format("verified before measured: {} checks that read a whole image and compared every byte, each boot its own", checks);
}

void note_images(const std::vector<RunPair>& pairs, GateReport& report) {
    if (pairs.empty()) return;
    const KernelResult* baseline = pairs.front().baseline.results.find_kernel(pairs.front().baseline.kernel);
    const KernelResult* candidate = pairs.front().candidate.results.find_kernel(pairs.front().candidate.kernel);
    if (baseline != nullptr && candidate != nullptr && !baseline->image_sha256.empty() && baseline->image_sha256 == candidate->image_sha256)
        report.notes.push_back(fmt::format("{}any difference, both kernels are the same image", kNotChecked));
}

void note_bases(const std::vector<RunPair>& pairs, GateReport& report) {
    if (pairs.empty()) return;
    const KernelResult* baseline = pairs.front().baseline.results.find_kernel(pairs.front().baseline.kernel);
    const KernelResult* candidate = pairs.front().candidate.results.find_kernel(pairs.front().candidate.kernel);
    if (baseline == nullptr || candidate == nullptr || baseline->base_version.empty() || candidate->base_version.empty() || baseline->base_version == candidate->base_version) return;
    report.notes.push_back(fmt::format("two whole sources differ, Linux {} and Linux {}, not patches alone: code that did not change may lie elsewhere, and cost more or less for that",
                                       baseline->base_version, candidate->base_version));
}

Result<bool> was_verified(const std::vector<RunPair>& pairs) {
    if (pairs.empty()) return true;
    const KernelResult* candidate = pairs.front().candidate.results.find_kernel(pairs.front().candidate.kernel);
    if (candidate == nullptr || candidate->patch_sha256.empty()) return true;
    auto store = ResultStore::open();
    if (!store) return forward(store);
    auto verification = store->last_verification(candidate->base_version, candidate->patch_sha256);
    if (!verification) return forward(verification);
    return !verification->started_at.empty();
}

void note_never_verified(GateReport& report) {
    report.notes.push_back(fmt::format("{}whether {} is right: it was never verified on this machine", kNotChecked, report.candidate));
}

void note_verified_cases(const std::vector<std::string>& globs, GateReport& report) {
    report.notes.push_back(fmt::format("{}whether {} is right in more than the chosen cases {}, which passed", kNotChecked, report.candidate, shell_text(globs)));
}

void note_filter(const GatePlan& plan, GateReport& report) {
    if (plan.filter.takes_all()) return;
    report.selection = shell_text(plan.filter.words());
    report.notes.push_back(fmt::format("{}tests of suite {} that {} leaves out", kNotChecked, plan.suite, report.selection));
}

namespace {

/// Metrics that pass for one reason.
struct Passed {
    size_t count = 0;
    const MetricReport* largest = nullptr;
    const CellReport* where = nullptr;

    void add(const CellReport& cell, const MetricReport& metric) {
        ++count;
        if (largest != nullptr && most(*largest) >= most(metric)) return;
        largest = &metric;
        where = &cell;
    }
    static double most(const MetricReport& m) { return *std::max_element(m.paired.differences.begin(), m.paired.differences.end()) / std::abs(m.paired.baseline) * m.part; }
};

}  // namespace

void note_minorities(GateReport& report) {
    Passed minorities;
    Passed too_few;
    for (const auto& cell : report.cells) {
        // One that is worse in another metric is not in doubt.
        if (cell.verdict == Verdict::regression) continue;
        for (const auto& metric : cell.metrics) {
            if (metric.verdict != Verdict::pass || metric.wall || metric.paired.beyond == 0 || !metric.accepted.empty()) continue;
            (metric.paired.too_few_slow ? too_few : minorities).add(cell, metric);
        }
    }
    if (minorities.count > 0)
        report.notes.push_back(fmt::format("{} metrics passed although some seeds were beyond the threshold; the largest: {} of {} by {:+.2f} % ({})", minorities.count,
                                           minorities.largest->metric->name, minorities.where->cell, Passed::most(*minorities.largest) * 100, minorities.largest->paired.reason));
    if (too_few.count > 0)
        report.notes.push_back(fmt::format("{}{} of {}, {} in {}", kNotChecked, too_few.largest->metric->name, plural(too_few.count, "test"), too_few.largest->paired.reason, too_few.where->cell));
}

}  // namespace diobench
