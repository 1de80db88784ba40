// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/night_baseline.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/base/text.h"
#include "bench/history/series.h"
#include "bench/kernel/series.h"

namespace diobench {

namespace {

/// What makes instructions of the guest: another one of these, and every number moves.
constexpr std::array<const char*, 3> kTools = {"guest", "qemu", "compiler"};

std::string tool_of(const Run& run, const char* tool) {
    auto found = run.tool.find(tool);
    return found == run.tool.end() ? "unknown" : found->second;
}

/// A night whose runs may be a baseline, judged by what the store knows.
bool is_good_night(const StoredJudgement& night, const std::set<std::string>& good_runs, const std::set<std::string>& tonight) {
    if (night.kind != kNightJudgement || night.runs.empty() || (night.verdict != "pass" && night.verdict != "inconclusive")) return false;
    return std::all_of(night.runs.begin(), night.runs.end(), [&](const std::string& run) { return good_runs.contains(run) && !tonight.contains(run); });
}

/// Its runs that pair with one of tonight's: same suite, machine and seed.
Result<std::vector<Results>> matching_runs(ResultStore& store, const std::vector<std::string>& ids, const std::vector<Results>& tonight) {
    std::vector<Results> out;
    for (const auto& id : ids) {
        auto run = store.load_run(id);
        if (!run) return forward(run);
        const bool matches = std::any_of(tonight.begin(), tonight.end(), [&](const Results& now) {
            return now.run.seed == run->run.seed && now.run.suite == run->run.suite && now.run.machine == run->run.machine;
        });
        if (matches) out.push_back(std::move(*run));
    }
    return out;
}

bool has_arm(const std::vector<Results>& runs, const std::string& kernel) {
    return !runs.empty() && std::all_of(runs.begin(), runs.end(), [&](const Results& run) {
        const KernelResult* found = run.find_kernel(kernel);
        return found != nullptr && found->status == KernelStatus::ok;
    });
}

}  // namespace

std::string why_other_tools(const Run& first, const Run& second) {
    std::vector<std::string> out;
    for (const char* tool : kTools)
        if (tool_of(first, tool) != tool_of(second, tool)) out.push_back(fmt::format("another {} ({}, now {})", tool, tool_of(first, tool), tool_of(second, tool)));
    return join(out, ", ");
}

Result<NightBaseline> last_good_baseline(ResultStore& store, const std::string& kernel, const std::vector<Results>& tonight) {
    auto judgements = store.judgements();
    if (!judgements) return forward(judgements);
    auto history = store.history_runs();
    if (!history) return forward(history);
    auto revises = known_revisions();
    if (!revises) return forward(revises);
    std::set<std::string> good, now;
    for (const auto& run : *history)
        if (run.good) good.insert(run.id);
    for (const auto& run : tonight) now.insert(run.run.id);

    NightBaseline out;
    out.why = "there is no earlier good night with it: tonight is the first";
    for (const auto& night : *judgements) {
        if (!is_good_night(night, good, now)) continue;
        auto runs = matching_runs(store, night.runs, tonight);
        if (!runs) return forward(runs);
        for (const auto& arm : revisions_of(kernel, *revises)) {
            if (!has_arm(*runs, arm)) continue;
            if (std::string other = why_other_tools(runs->front().run, tonight.front().run); !other.empty()) {
                out.why = fmt::format("the last good night, {}, was measured with {}: tonight is a new beginning", night.id, other);
                return out;
            }
            return NightBaseline{fmt::format("{}@{}", arm, kLastGood), arm, std::move(*runs), ""};
        }
    }
    return out;
}

Result<NightBaseline> pinned_baseline(ResultStore& store, const std::string& name, const std::string& kernel, const std::vector<Results>& tonight) {
    auto pins = store.pins();
    if (!pins) return forward(pins);
    auto pin = std::find_if(pins->begin(), pins->end(), [&](const Pin& p) { return p.name == name; });
    if (pin == pins->end()) return fail("judge against", std::string(kPinPrefix) + name, "there is no such pin (diobench history pins shows them)");
    auto runs = matching_runs(store, {pin->run_id}, tonight);
    if (!runs) return forward(runs);
    NightBaseline out{std::string(kPinPrefix) + name, pin->kernel.empty() ? kernel : pin->kernel, std::move(*runs), ""};
    if (!has_arm(out.runs, out.kernel)) {
        out.runs.clear();
        out.why = fmt::format("the pinned run {} has no kernel {} with the suite, machine and a seed of tonight", pin->run_id, out.kernel);
    } else if (std::string other = why_other_tools(out.runs.front().run, tonight.front().run); !other.empty()) {
        out.runs.clear();
        out.why = fmt::format("the pinned run was measured with {}", other);
    }
    return out;
}

}  // namespace diobench
