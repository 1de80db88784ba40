// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_notes.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/results/store/database.h"

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
        report.notes.emplace_back("both kernels are the same image");
}

Status note_never_verified(const std::vector<RunPair>& pairs, GateReport& report) {
    if (pairs.empty()) return {};
    const KernelResult* candidate = pairs.front().candidate.results.find_kernel(pairs.front().candidate.kernel);
    if (candidate == nullptr || candidate->patch_sha256.empty()) return {};
    auto store = ResultStore::open();
    if (!store) return forward(store);
    auto verification = store->last_verification(candidate->base_version, candidate->patch_sha256);
    if (!verification) return forward(verification);
    if (verification->started_at.empty())
        report.notes.push_back(fmt::format("{} was never verified on this machine: it may be wrong where nothing is measured (other layouts, errors); diobench verify looks at all of it", candidate->name));
    return {};
}

void note_minorities(GateReport& report) {
    size_t count = 0;
    const MetricReport* largest = nullptr;
    const CellReport* where = nullptr;
    const auto most = [](const MetricReport& m) { return *std::max_element(m.paired.differences.begin(), m.paired.differences.end()) / std::abs(m.paired.baseline) * m.part; };
    for (const auto& cell : report.cells)
        for (const auto& metric : cell.metrics) {
            if (metric.verdict != Verdict::pass || metric.wall || metric.paired.beyond == 0 || !metric.accepted.empty()) continue;
            ++count;
            if (largest != nullptr && most(*largest) >= most(metric)) continue;
            largest = &metric;
            where = &cell;
        }
    if (largest == nullptr) return;
    report.notes.push_back(fmt::format("{} metrics passed although some seeds were beyond the floor; the largest: {} of {} by {:+.2f} % ({})", count, largest->metric->name, where->cell,
                                       most(*largest) * 100, largest->paired.reason));
}

}  // namespace diobench
