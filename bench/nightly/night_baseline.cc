// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/night_baseline.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/host/kernel/series.h"
#include "bench/results/compare/comparison.h"
#include "bench/results/history/series.h"

namespace diobench {

namespace {

/// So many good nights that measured less than tonight are looked at for the one that measured most.
constexpr size_t kMostNights = 14;

bool is_of(const StoredJudgement& night, const std::string& run) { return std::find(night.runs.begin(), night.runs.end(), run) != night.runs.end(); }

/// Earlier nights that measured the same way, the newest first.
std::vector<StoredJudgement> earlier_nights(std::vector<StoredJudgement> all, const std::vector<Results>& tonight) {
    const Run& now = tonight.front().run;
    std::erase_if(all, [&](const StoredJudgement& one) {
        return one.kind != kNightJudgement || one.runs.empty() || one.suite != now.suite || one.machine != now.machine ||
               std::any_of(tonight.begin(), tonight.end(), [&](const Results& run) { return is_of(one, run.run.id); });
    });
    return all;
}

using RunsById = std::map<std::string, HistoryRun>;

/// Of these arms the first that every run of the night has; none if there is no such run or arm.
std::optional<std::string> arm_of_night(const StoredJudgement& night, const std::vector<std::string>& arms, const RunsById& runs) {
    const auto has = [&](const std::string& run, const std::string& arm) { return runs.contains(run) && runs.at(run).kernels.contains(arm); };
    const auto arm = std::find_if(arms.begin(), arms.end(), [&](const std::string& one) {
        return std::all_of(night.runs.begin(), night.runs.end(), [&](const std::string& run) { return has(run, one); });
    });
    return arm == arms.end() ? std::nullopt : std::optional<std::string>(*arm);
}

/// Whether the arm's numbers of that night may be a baseline; how other arms did is not asked.
bool is_good_for(const StoredJudgement& night, const std::string& arm, const RunsById& runs) {
    return night.verdict_on(arm) == "pass" && std::all_of(night.runs.begin(), night.runs.end(), [&](const std::string& run) { return runs.at(run).is_good(arm); });
}

std::set<std::pair<int64_t, std::string>> measured(const std::vector<Results>& runs, const std::string& kernel) {
    std::set<std::pair<int64_t, std::string>> out;
    for (const auto& run : runs)
        for (const auto& cell : run.cells)
            if (cell.kernel == kernel) out.emplace(run.run.seed, cell.cell);
    return out;
}

/// Cells of tonight, each seed for itself, that the runs have as well.
size_t shared_cells(const std::vector<Results>& runs, const std::string& arm, const std::set<std::pair<int64_t, std::string>>& tonight) {
    const auto then = measured(runs, arm);
    return static_cast<size_t>(std::count_if(tonight.begin(), tonight.end(), [&](const auto& cell) { return then.contains(cell); }));
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

/// The newest night in which one of `arms` passed or was a regression, if it was the latter; else empty. Seeds do not matter.
std::string standing_regression(const std::vector<StoredJudgement>& nights, const std::vector<std::string>& arms, const RunsById& runs) {
    for (const auto& night : nights) {
        const auto arm = arm_of_night(night, arms, runs);
        const std::string verdict = arm ? night.verdict_on(*arm) : "";
        if (verdict == "pass" || verdict == "regression") return verdict == "regression" ? night.id : std::string();
    }
    return {};
}

bool has_arm(const std::vector<Results>& runs, const std::string& kernel) {
    return !runs.empty() && std::all_of(runs.begin(), runs.end(), [&](const Results& run) {
        const KernelResult* found = run.find_kernel(kernel);
        return found != nullptr && found->status == KernelStatus::ok;
    });
}

}  // namespace

Result<NightBaseline> last_good_baseline(ResultStore& store, const std::string& kernel, const std::vector<Results>& tonight) {
    auto judgements = store.judgement_heads();
    if (!judgements) return forward(judgements);
    auto history = store.history_runs();
    if (!history) return forward(history);
    auto revises = known_revisions();
    if (!revises) return forward(revises);
    RunsById known;
    for (auto& run : *history) known.emplace(run.id, run);
    const auto arms = revisions_of(kernel, *revises);

    const auto wanted = measured(tonight, kernel);
    NightBaseline best;
    best.why = "there is no earlier good night with it: tonight is the first";
    size_t most = 0, looked = 0;
    std::string bad;  // the newest one that was not good
    const auto nights = earlier_nights(std::move(*judgements), tonight);
    for (const auto& night : nights) {
        const auto arm = arm_of_night(night, arms, known);
        if (!arm) continue;
        if (!is_good_for(night, *arm, known)) {
            if (bad.empty()) bad = night.id;
            continue;
        }
        auto runs = matching_runs(store, night.runs, tonight);
        if (!runs) return forward(runs);
        if (!has_arm(*runs, *arm)) continue;
        if (std::string other = why_other_instructions(runs->front().run, tonight.front().run); !other.empty()) {
            if (!best.runs.empty()) break;
            best.wanted = !bad.empty();
            best.why = fmt::format("the last good night, {}, was measured with {}: {}", night.id, other,
                                   bad.empty() ? "tonight is a new beginning"
                                               : fmt::format("and night {} after it was not good, so this is no new beginning; hold it against another kernel of the night, or a pin", bad));
            return best;
        }
        const size_t shared = shared_cells(*runs, *arm, wanted);
        if (shared > most) {
            most = shared;
            best = NightBaseline{fmt::format("{}@{}", *arm, kLastGood), *arm, std::move(*runs), night.id, "", false, "*"};
        }
        if (most == wanted.size() || ++looked == kMostNights) break;
    }
    if (!best.runs.empty()) return best;
    if (const std::string regressed = standing_regression(nights, arms, known); !regressed.empty()) {
        best.wanted = true;
        best.why = fmt::format("no earlier good night can be held against tonight (another seed?), and night {} was a regression: this is no new beginning; hold it against another kernel of the night, or a pin",
                               regressed);
    }
    return best;
}

Result<NightBaseline> pinned_baseline(ResultStore& store, const std::string& name, const std::string& kernel, const std::vector<Results>& tonight) {
    auto pins = store.pins();
    if (!pins) return forward(pins);
    auto pin = std::find_if(pins->begin(), pins->end(), [&](const Pin& p) { return p.name == name; });
    if (pin == pins->end()) return fail("judge against", std::string(kPinPrefix) + name, "there is no such pin (diobench history pins shows them)");
    auto runs = matching_runs(store, {pin->run_id}, tonight);
    if (!runs) return forward(runs);
    auto revises = known_revisions();
    if (!revises) return forward(revises);
    const auto arms = pin->kernel.empty() ? revisions_of(kernel, *revises) : std::vector<std::string>{pin->kernel};
    const auto arm = std::find_if(arms.begin(), arms.end(), [&](const std::string& one) { return has_arm(*runs, one); });
    NightBaseline out{std::string(kPinPrefix) + name, "", {}, "", "", true, pin->cells};
    if (arm == arms.end()) {
        out.why = fmt::format("the pinned run {} has no kernel {} with the suite, machine and a seed of tonight", pin->run_id, arms.front());
        return out;
    }
    out.why = why_other_instructions(runs->front().run, tonight.front().run);
    if (!out.why.empty()) {
        out.why = fmt::format("the pinned run was measured with {}", out.why);
        return out;
    }
    out.kernel = *arm;
    out.runs = std::move(*runs);
    auto judgements = store.judgement_heads();
    if (!judgements) return forward(judgements);
    for (const auto& one : *judgements)
        if (one.kind == kNightJudgement && is_of(one, pin->run_id)) out.night = one.id;
    return out;
}

}  // namespace diobench
