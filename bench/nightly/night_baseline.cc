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

/// A night whose runs may be a baseline, judged by what the store knows.
bool is_good_night(const StoredJudgement& night, const std::set<std::string>& good_runs) {
    return night.verdict == "pass" && std::all_of(night.runs.begin(), night.runs.end(), [&](const std::string& run) { return good_runs.contains(run); });
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

bool has_any_of(const Results& run, const std::vector<std::string>& arms) {
    return std::any_of(arms.begin(), arms.end(), [&](const std::string& name) { return run.find_kernel(name) != nullptr; });
}

/// The newest night with one of `arms` that passed or was a regression, if it was the latter; else empty. Seeds do not matter.
Result<std::string> standing_regression(ResultStore& store, const std::vector<StoredJudgement>& nights, const std::vector<std::string>& arms) {
    for (const auto& night : nights) {
        if (night.verdict != "pass" && night.verdict != "regression") continue;
        auto run = store.load_run(night.runs.front());
        if (!run) return forward(run);
        if (has_any_of(*run, arms)) return night.verdict == "regression" ? night.id : std::string();
    }
    return std::string();
}

bool has_arm(const std::vector<Results>& runs, const std::string& kernel) {
    return !runs.empty() && std::all_of(runs.begin(), runs.end(), [&](const Results& run) {
        const KernelResult* found = run.find_kernel(kernel);
        return found != nullptr && found->status == KernelStatus::ok;
    });
}

}  // namespace

Result<NightBaseline> last_good_baseline(ResultStore& store, const std::string& kernel, const std::vector<Results>& tonight) {
    auto judgements = store.judgements();
    if (!judgements) return forward(judgements);
    auto history = store.history_runs();
    if (!history) return forward(history);
    auto revises = known_revisions();
    if (!revises) return forward(revises);
    std::set<std::string> good;
    for (const auto& run : *history)
        if (run.good) good.insert(run.id);

    const auto wanted = measured(tonight, kernel);
    NightBaseline best;
    best.why = "there is no earlier good night with it: tonight is the first";
    size_t most = 0, looked = 0;
    std::string bad;  // the newest one that was not good
    const auto nights = earlier_nights(std::move(*judgements), tonight);
    for (const auto& night : nights) {
        if (!is_good_night(night, good)) {
            if (bad.empty()) bad = night.id;
            continue;
        }
        auto runs = matching_runs(store, night.runs, tonight);
        if (!runs) return forward(runs);
        const auto arms = revisions_of(kernel, *revises);
        const auto arm = std::find_if(arms.begin(), arms.end(), [&](const std::string& name) { return has_arm(*runs, name); });
        if (arm == arms.end()) continue;
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
    auto regressed = standing_regression(store, nights, revisions_of(kernel, *revises));
    if (!regressed) return forward(regressed);
    if (!regressed->empty()) {
        best.wanted = true;
        best.why = fmt::format("no earlier good night can be held against tonight (another seed?), and night {} was a regression: this is no new beginning; hold it against another kernel of the night, or a pin",
                               *regressed);
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
    auto judgements = store.judgements();
    if (!judgements) return forward(judgements);
    for (const auto& one : *judgements)
        if (one.kind == kNightJudgement && is_of(one, pin->run_id)) out.night = one.id;
    return out;
}

}  // namespace diobench
