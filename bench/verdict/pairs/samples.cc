// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/pairs/samples.h"

#include <fmt/format.h>
#include <map>

#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"
#include "bench/results/store/cells.h"

namespace diobench {

Result<ArmOfRun> take_arm(const Results& results, const std::string& kernel) {
    if (results.find_kernel(kernel) == nullptr) {
        std::vector<std::string> names;
        for (const auto& known : results.kernels) names.push_back(known.name);
        return fail("take kernel", kernel, fmt::format("run {} has only {}{}", results.run.id, join(names, ", "), did_you_mean(kernel, names)));
    }
    ArmOfRun arm;
    arm.kernel = kernel;
    arm.results.run = results.run;
    arm.results.kernels.push_back(*results.find_kernel(kernel));
    std::vector<CellResult> own;
    for (const auto& cell : results.cells)
        if (cell.kernel == kernel) own.push_back(cell);
    arm.results.cells = collapse_boots(own);
    return arm;
}

bool kernels_ok(const RunPair& pair) {
    for (const auto* arm : {&pair.baseline, &pair.candidate}) {
        const KernelResult* kernel = arm->results.find_kernel(arm->kernel);
        if (kernel == nullptr || kernel->status != KernelStatus::ok) return false;
    }
    return true;
}

std::vector<CellSamples> pair_cells(std::span<const RunPair> pairs) {
    std::vector<CellSamples> out;
    std::map<std::string, size_t, std::less<>> place;
    auto samples_of = [&](const std::string& cell) -> CellSamples& {
        auto [it, is_new] = place.try_emplace(cell, out.size());
        if (is_new) {
            out.push_back({cell, {}});
            for (const auto& pair : pairs) out.back().pairs.push_back({pair.seed, nullptr, nullptr});
        }
        return out[it->second];
    };
    for (size_t i = 0; i < pairs.size(); ++i) {
        for (const auto& cell : pairs[i].baseline.results.cells) samples_of(cell.cell).pairs[i].baseline = &cell;
        for (const auto& cell : pairs[i].candidate.results.cells) samples_of(cell.cell).pairs[i].candidate = &cell;
    }
    return out;
}

std::vector<ValuePair> pair_values(const CellSamples& samples, std::string_view metric) {
    auto value = [&](const CellResult* cell) { return cell != nullptr && cell->metrics ? cell->metric(metric) : std::nullopt; };
    std::vector<ValuePair> out;
    for (const auto& pair : samples.pairs) out.push_back({pair.seed, value(pair.baseline), value(pair.candidate)});
    return out;
}

}  // namespace diobench
