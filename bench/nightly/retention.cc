// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/retention.h"

#include <algorithm>
#include <ctime>
#include <set>
#include <tuple>
#include "bench/common/base/utc.h"

namespace diobench {

namespace {

constexpr int64_t kDaySeconds = 24 * 3600;

std::string days_ago(uint64_t days) {
    return utc_text(std::time(nullptr) - static_cast<int64_t>(days) * kDaySeconds);
}

Result<size_t> remove_runs(const NightConfig& config) {
    auto store = ResultStore::open_existing();
    if (!store) return forward(store);
    if (!*store) return 0;
    auto judgements = (*store)->judgement_heads();
    if (!judgements) return forward(judgements);
    auto pins = (*store)->pins();
    if (!pins) return forward(pins);
    auto runs = (*store)->list_runs();
    if (!runs) return forward(runs);
    std::set<std::string> known;
    for (const auto& run : *runs) known.insert(run.id);
    const auto old = runs_to_remove(*judgements, known, *pins, days_ago(config.keep_days));
    if (auto s = (*store)->remove_runs(old); !s) return forward(s);
    return old.size();
}

}  // namespace

std::vector<std::string> folders_to_remove(const std::vector<NightRecord>& nights, uint64_t keep) {
    std::set<std::string> current, good_seen;  // kernels
    std::vector<std::string> out;
    for (size_t i = 0; i < nights.size(); ++i) {
        bool is_last_good = false;
        for (const auto& kernel : nights[i].kernels) {
            if (i < keep) current.insert(kernel.name);
            const bool good = nights[i].state == NightState::ended && nights[i].verdict_on(kernel) == Verdict::pass;
            if (good && current.contains(kernel.name) && good_seen.insert(kernel.name).second) is_last_good = true;
        }
        if (i >= keep && !is_last_good) out.push_back(nights[i].id);
    }
    return out;
}

std::vector<std::string> runs_to_remove(const std::vector<StoredJudgement>& judgements, const std::set<std::string>& known, const std::vector<Pin>& pins,
                                        const std::string& before) {
    std::set<std::string> kept;
    for (const auto& pin : pins) kept.insert(pin.run_id);
    std::set<std::string> current;  // kernels
    for (const auto& judgement : judgements)
        if (judgement.started_at >= before)
            for (const auto& [kernel, verdict] : judgement.kernels) current.insert(kernel);
    // What measures otherwise has baselines of its own. The kernel is empty for a night as a whole.
    std::set<std::tuple<std::string, std::string, std::string>> good_seen;
    std::set<std::string> out;
    for (const auto& judgement : judgements) {  // the newest first
        if (judgement.kind != kNightJudgement) continue;
        bool last_good = judgement.verdict == "pass" && good_seen.emplace(judgement.suite, judgement.machine, "").second;
        for (const auto& [kernel, verdict] : judgement.kernels)
            if (verdict == "pass" && current.contains(kernel) && good_seen.emplace(judgement.suite, judgement.machine, kernel).second) last_good = true;
        for (const auto& run : judgement.runs) {
            if (last_good || judgement.started_at >= before) kept.insert(run);
            else if (known.contains(run)) out.insert(run);
        }
    }
    std::erase_if(out, [&](const std::string& run) { return kept.contains(run); });
    return {out.begin(), out.end()};
}

Result<std::string> remove_old_nights(const NightConfig& config) {
    auto nights = list_nights(config.output);
    if (!nights) return forward(nights);
    const auto folders = folders_to_remove(nights->nights, config.keep_nights);
    for (const auto& folder : folders)
        if (auto s = remove_tree(config.output / folder); !s) return forward(s);
    auto runs = remove_runs(config);
    if (!runs) return forward(runs);
    if (folders.empty() && *runs == 0) return std::string();
    return fmt::format("{} old folders and {} old runs were removed", folders.size(), *runs);
}

}  // namespace diobench
