// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/serve/store_families.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "bench/results/serve/choose_cells.h"
#include "bench/results/history/analysis.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

constexpr int64_t kProgressStale_s = 600;
/// What a scrape tells of a gate's metrics that are no pass, and of each metric that is held against a pinned run: the worst.
constexpr size_t kMostWorseOfGate = 100;
constexpr size_t kMostWorseOfPin = 5;
/// Room for what add_told() adds, for what runs at the moment and for the server's own.
constexpr size_t kOtherSamples = 100;
constexpr size_t kAll = std::numeric_limits<size_t>::max();

/// Families by name, in the order of their first sample.
class FamilyBuilder {
public:
    void add(const std::string& name, std::string_view help, Labels labels, double value) {
        auto [it, is_new] = place_.try_emplace(name, families_.size());
        if (is_new) families_.push_back(metric_family(name, help));
        families_[it->second].metric.push_back(gauge_sample(std::move(labels), value));
    }
    [[nodiscard]] size_t samples() const { return sample_count(families_); }
    [[nodiscard]] Families take() { return std::move(families_); }

private:
    Families families_;
    std::map<std::string, size_t> place_;
};

/// What store_families() looks at of a cell; empty: everything.
std::set<std::string> metrics_of(const ServeContent& content) {
    std::set<std::string> out;
    if (!content.wanted || content.metrics.empty()) return out;
    out = content.metrics;
    out.insert({std::string(kPageCacheBefore), std::string(kPageCacheAfter)});
    return out;
}

bool is_recent(const std::string& started_at, int64_t now_s, int64_t max_age_s) {
    const auto started = unix_seconds(started_at);
    return started && static_cast<double>(now_s) - *started <= static_cast<double>(max_age_s);
}

const StoredRun* find_run(const std::vector<StoredRun>& runs, const std::string& id) {
    auto it = std::find_if(runs.begin(), runs.end(), [&](const StoredRun& r) { return r.id == id; });
    return it == runs.end() ? nullptr : &*it;
}

/// The run before this one with cells, of the same suite, machine and seed: the seeds of one night are no runs before each other.
const StoredRun* run_before(const std::vector<StoredRun>& newest_first, const StoredRun& run) {
    bool passed = false;
    for (const auto& other : newest_first) {
        if (passed && other.suite == run.suite && other.machine == run.machine && other.seed == run.seed && other.cells > 0) return &other;
        passed = passed || other.id == run.id;
    }
    return nullptr;
}

using CellIds = std::map<std::string, std::set<std::string>>;

CellIds cells_by_kernel(const Results& results) {
    CellIds out;
    for (const auto& cell : results.cells) out[cell.kernel].insert(cell.cell);
    return out;
}

/// A run of chosen cells misses none; a gate measures only what its policy looks at.
bool is_narrowed(const Run& run) {
    if (run.argv.size() > 1 && run.argv[1] != "run" && run.argv[1] != "nightly") return true;
    return std::any_of(run.argv.begin(), run.argv.end(), [](const std::string& word) { return word.starts_with("--filter") || word.starts_with("--where") || word.starts_with("--shard"); });
}

/// Arms that both runs have; a run that measured other arms misses nothing.
void add_disappeared(FamilyBuilder& out, const Results& now, const CellIds& before) {
    const CellIds here = cells_by_kernel(now);
    for (const auto& [kernel, cells] : here) {
        auto earlier = before.find(kernel);
        if (earlier == before.end()) continue;
        const auto gone = std::count_if(earlier->second.begin(), earlier->second.end(), [&](const std::string& cell) { return !cells.contains(cell); });
        out.add("diobench_cells_disappeared", "Cells that the run before of this suite, machine and seed had and the newest one has not.",
                {{"kernel", kernel}, {"suite", now.run.suite}, {"machine", now.run.machine}}, static_cast<double>(gone));
    }
}

Labels gate_labels(const StoredJudgement& gate) {
    return {{"baseline", gate.baseline}, {"candidate", gate.candidate}, {"suite", gate.suite}, {"machine", gate.machine}};
}

Labels operator+(Labels labels, const Labels& more) {
    labels.insert(labels.end(), more.begin(), more.end());
    return labels;
}

/// The `most` largest stay, the largest first; all in their order if there are no more.
template <class T, class Value>
void keep_worst(std::vector<T>& all, size_t most, Value value) {
    if (all.size() <= most) return;
    std::stable_sort(all.begin(), all.end(), [&](const T& a, const T& b) { return value(a) > value(b); });
    all.resize(most);
}

void add_gate(FamilyBuilder& out, const StoredJudgement& gate, size_t most) {
    const Labels labels = gate_labels(gate);
    out.add("diobench_gate_info", "The newest gate of each pair of kernels; always 1.", labels + Labels{{"gate_id", gate.id}, {"run_id", gate.run_id}}, 1);
    out.add("diobench_gate_exit_code", "0 pass, 1 regression, 2 usage, 3 inconclusive, 4 invalid.", labels, static_cast<double>(gate.exit_code));
    out.add("diobench_gate_elapsed_seconds", "How long the gate took.", labels, gate.elapsed_s);
    if (auto started = unix_seconds(gate.started_at)) out.add("diobench_gate_started_timestamp_seconds", "When it started, in seconds since 1970.", labels, *started);
    for (auto word : kVerdictWords) {
        const std::string verdict(word);
        out.add("diobench_gate_verdict", "1 for the verdict of the gate, 0 for the others.", labels + Labels{{"verdict", verdict}}, gate.verdict == word ? 1 : 0);
        const auto count = std::count_if(gate.verdicts.begin(), gate.verdicts.end(), [&](const StoredVerdict& v) { return v.verdict == word; });
        out.add("diobench_gate_metrics", "Gated metrics of all cells by verdict.", labels + Labels{{"verdict", verdict}}, static_cast<double>(count));
    }
    std::vector<const StoredVerdict*> worse;
    for (const auto& v : gate.verdicts)
        if (v.verdict != "pass" && v.worse_by_ratio) worse.push_back(&v);
    keep_worst(worse, most, [](const StoredVerdict* v) { return *v->worse_by_ratio; });
    for (const auto* v : worse)
        out.add("diobench_gate_worse_ratio", "Gated metrics that are no pass: how much worse, as a share of the baseline.",
                labels + Labels{{"cell", v->cell}, {"metric", v->metric}, {"verdict", v->verdict}}, *v->worse_by_ratio);
}

Labels night_labels(const StoredJudgement& night) { return {{"suite", night.suite}, {"machine", night.machine}}; }

void add_night(FamilyBuilder& out, const StoredJudgement& night) {
    const Labels labels = night_labels(night);
    out.add("diobench_night_info", "The newest night of each suite and machine; always 1.", labels + Labels{{"night_id", night.id}, {"verdict", night.verdict}}, 1);
    out.add("diobench_night_exit_code", "How the newest night ended: 0 ok, 1 regression or failed check, 2 environment, 3 inconclusive, 4 invalid.", labels,
            static_cast<double>(night.exit_code));
    out.add("diobench_night_elapsed_seconds", "How long it took.", labels, night.elapsed_s);
    if (auto started = unix_seconds(night.started_at)) out.add("diobench_night_started_timestamp_seconds", "When it started, in seconds since 1970.", labels, *started);
}

void add_good_night(FamilyBuilder& out, const StoredJudgement& night) {
    if (auto started = unix_seconds(night.started_at))
        out.add("diobench_night_passed_timestamp_seconds", "When the last night that passed started, in seconds since 1970.", night_labels(night), *started);
}

/// The newest of each pair of kernels, suite and machine, and the newest night of each suite and machine. The newest night of
/// all is told however old it is: that there was none since is the news.
Status add_judgements(FamilyBuilder& out, ResultStore& store, int64_t max_age_s, int64_t now_s, size_t most_worse) {
    auto all = store.judgement_heads();
    if (!all) return forward(all);
    std::set<Labels> seen, told, passed;
    for (auto& judgement : *all) {
        if (judgement.kind == kNightJudgement) {
            const Labels labels = night_labels(judgement);
            const bool is_first = seen.insert(labels).second;
            if (is_first && (told.empty() || is_recent(judgement.started_at, now_s, max_age_s))) {
                told.insert(labels);
                add_night(out, judgement);
            }
            if (told.contains(labels) && judgement.verdict == "pass" && passed.insert(labels).second) add_good_night(out, judgement);
        } else if (is_recent(judgement.started_at, now_s, max_age_s) && seen.insert(gate_labels(judgement)).second) {
            auto verdicts = store.verdicts_of(judgement.id);
            if (!verdicts) return forward(verdicts);
            judgement.verdicts = std::move(*verdicts);
            add_gate(out, judgement, most_worse);
        }
    }
    return {};
}

/// Is this arm, or one that it revises, the pinned one?
bool descends_from(const std::string& kernel, const std::string& pinned, const Revisions& revises) {
    const auto chain = revisions_of(kernel, revises);
    return std::find(chain.begin(), chain.end(), pinned) != chain.end();
}

void add_pinned(FamilyBuilder& out, const Pin& pin, const std::vector<CellResult>& pinned, const Results& now, const ServeContent& content) {
    struct Worse {
        std::string cell;
        double by;
    };
    std::map<std::pair<std::string, const Metric*>, std::vector<Worse>> worse;  // by kernel
    std::map<std::pair<std::string_view, std::string_view>, const CellResult*> earlier;  // by kernel and id
    for (const auto& cell : pinned) earlier.emplace(std::pair(std::string_view(cell.kernel), std::string_view(cell.cell)), &cell);
    const auto cells = collapse_boots(now.cells);
    for (const auto& cell : cells) {
        if (!match_glob(pin.cells, cell.cell) || (!pin.kernel.empty() && !descends_from(cell.kernel, pin.kernel, content.revises))) continue;
        const auto found = earlier.find({pin.kernel.empty() ? cell.kernel : pin.kernel, cell.cell});
        if (found == earlier.end()) continue;
        const CellResult* then = found->second;
        for (const auto& metric : metric_table()) {
            if (metric.direction == Direction::neutral || (content.wanted && !content.wanted(now.run, cell, metric))) continue;
            const auto baseline = then->metric(metric.name);
            const auto value = cell.metric(metric.name);
            if (!baseline || !value) continue;
            worse[{cell.kernel, &metric}].push_back({cell.cell, worse_by(metric, *baseline, *value)});
        }
    }
    for (auto& [of, all] : worse) {
        if (content.most_samples) keep_worst(all, kMostWorseOfPin, [](const Worse& one) { return one.by; });
        for (const auto& one : all)
            out.add("diobench_pinned_worse_ratio", "How much worse than the pinned baseline, as a share of it; negative is better.",
                    {{"pin", pin.name}, {"kernel", of.first}, {"cell", one.cell}, {"metric", std::string(of.second->name)}, {"suite", now.run.suite},
                     {"machine", now.run.machine}}, one.by);
    }
}

/// The newest run that may be held against a pinned one: on a virtual clock another seed has other numbers. nullptr: there is none.
const StoredRun* newest_like(const std::vector<StoredRun>& newest_first, const StoredRun& pinned, int64_t now_s, int64_t max_age_s) {
    const bool by_seed = pinned.clock_kind == "virtual";
    for (const auto& run : newest_first)
        if (run.suite == pinned.suite && run.machine == pinned.machine && (!by_seed || run.seed == pinned.seed) && run.cells > 0) return is_recent(run.started_at, now_s, max_age_s) ? &run : nullptr;
    return nullptr;
}

Status add_pin(FamilyBuilder& out, ResultStore& store, const Pin& pin, const Results& now, const ServeContent& content) {
    auto pinned = store.load_run(pin.run_id, metrics_of(content));
    if (!pinned) return forward(pinned);
    const bool comparable = now.run.clock.kind != "virtual" || why_other_instructions(pinned->run, now.run).empty();
    out.add("diobench_pin_comparable", "0 if the newest run of its suite, machine and seed was measured with another guest program, QEMU, compiler or plan.",
            {{"pin", pin.name}}, comparable ? 1 : 0);
    if (comparable) add_pinned(out, pin, collapse_boots(pinned->cells), now, content);
    return {};
}

/// `newest`: runs that were loaded before.
Status add_pins(FamilyBuilder& out, ResultStore& store, const std::vector<StoredRun>& runs, std::vector<Results>& newest, const ServeContent& content, int64_t now_s) {
    auto pins = store.pins();
    if (!pins) return forward(pins);
    for (const auto& pin : *pins) {
        const StoredRun* run = find_run(runs, pin.run_id);
        out.add("diobench_pin_info", "Pinned baselines; 0 if the run is not in the store any more.", {{"pin", pin.name}, {"run_id", pin.run_id}}, run != nullptr ? 1 : 0);
        if (run == nullptr) continue;
        const StoredRun* now = newest_like(runs, *run, now_s, content.max_age_s);
        if (now == nullptr) continue;
        auto loaded = std::find_if(newest.begin(), newest.end(), [&](const Results& one) { return one.run.id == now->id; });
        if (loaded == newest.end()) {
            auto results = store.load_run(now->id, metrics_of(content));
            if (!results) return forward(results);
            loaded = newest.insert(newest.end(), std::move(*results));
        }
        if (auto s = add_pin(out, store, pin, *loaded, content); !s) return s;
    }
    return {};
}

/// What of a run is told, before cells are chosen.
PrometheusContent content_of(const Results& results, const ServeContent& content) {
    PrometheusContent out;
    if (content.wanted) out.wanted = [&](const CellResult& cell, const Metric& metric) { return content.wanted(results.run, cell, metric); };
    if (!content.most_samples) return out;
    out.with_histogram = [](const CellResult& cell) { return is_headline(cell.dimensions); };
    out.status = PrometheusContent::Status::counts;
    return out;
}

void add_told(FamilyBuilder& out, const Results& results, const std::set<std::string>& told) {
    const CellIds all = cells_by_kernel(results);
    for (const bool is_told : {true, false}) {
        size_t count = 0;
        for (const auto& [kernel, cells] : all)
            count += static_cast<size_t>(std::count_if(cells.begin(), cells.end(), [&](const std::string& cell) { return told.contains(cell) == is_told; }));
        out.add("diobench_scrape_cells", "Cells of the newest runs whose numbers are here, and those whose numbers only /metrics/all tells.",
                {{"told", is_told ? "yes" : "no"}, {"suite", results.run.suite}, {"machine", results.run.machine}}, static_cast<double>(count));
    }
}

/// The runs, with the numbers of as many cells as there is room for beside `built`.
Result<Families> runs_families(const std::vector<Results>& runs, const ServeContent& content, FamilyBuilder& built) {
    std::vector<PrometheusContent> contents;
    for (const auto& run : runs) contents.push_back(content_of(run, content));
    std::vector<std::set<std::string>> told(runs.size());
    if (content.most_samples) {
        size_t taken = kOtherSamples + built.samples();
        for (size_t i = 0; i < runs.size(); ++i) {
            PrometheusContent without = contents[i];
            without.told = [](const CellResult&) { return false; };
            auto families = prometheus_families(runs[i], without);
            if (!families) return families;
            taken += sample_count(*families);
        }
        told = choose_cells(runs, contents, *content.most_samples > taken ? *content.most_samples - taken : 0);
    }
    Families out;
    for (size_t i = 0; i < runs.size(); ++i) {
        if (content.most_samples) {
            contents[i].told = [&cells = told[i]](const CellResult& cell) { return cells.contains(cell.cell); };
            add_told(built, runs[i], told[i]);
        }
        auto families = prometheus_families(runs[i], contents[i]);
        if (!families) return families;
        merge_families(out, std::move(*families));
    }
    return out;
}

}  // namespace

std::vector<std::string> newest_runs(const std::vector<StoredRun>& runs, int64_t now_s, int64_t max_age_s) {
    std::set<std::pair<std::string, std::string>> seen;
    std::vector<std::string> out;
    for (const auto& run : runs)  // the newest first
        if (is_recent(run.started_at, now_s, max_age_s) && seen.insert({run.suite, run.machine}).second) out.push_back(run.id);
    return out;
}

Result<Families> store_families(ResultStore& store, const ServeContent& content, int64_t now_s) {
    auto runs = store.list_runs();
    if (!runs) return forward(runs);
    FamilyBuilder built;
    built.add("diobench_store_runs", "Runs in the store.", {}, static_cast<double>(runs->size()));
    std::vector<Results> newest;
    for (const auto& id : newest_runs(*runs, now_s, content.max_age_s)) {
        auto results = store.load_run(id, metrics_of(content));
        if (!results) return forward(results);
        if (const StoredRun* before = run_before(*runs, *find_run(*runs, id))) {
            auto earlier = store.cells_of_run(before->id);
            if (!earlier) return forward(earlier);
            if (!is_narrowed(results->run)) add_disappeared(built, *results, *earlier);
        }
        newest.push_back(std::move(*results));
    }
    const size_t shown = newest.size();
    if (auto s = add_judgements(built, store, content.max_age_s, now_s, content.most_samples ? kMostWorseOfGate : kAll); !s) return forward(s);
    if (auto s = add_pins(built, store, *runs, newest, content, now_s); !s) return forward(s);
    newest.erase(newest.begin() + static_cast<std::ptrdiff_t>(shown), newest.end());  // what only pins are held against is told by its own suite, or is too old
    auto out = runs_families(newest, content, built);
    if (!out) return out;
    merge_families(*out, built.take());
    return out;
}

Result<Families> judgement_families(ResultStore& store, int64_t max_age_s, int64_t now_s) {
    FamilyBuilder out;
    if (auto s = add_judgements(out, store, max_age_s, now_s, kMostWorseOfGate); !s) return forward(s);
    return out.take();
}

namespace {

Labels progress_labels(const ProgressState& state) { return {{"kind", state.kind}, {"suite", state.suite}, {"machine", state.machine}}; }

void add_progress(FamilyBuilder& out, const ProgressState& state, int64_t now_s) {
    const Labels labels = progress_labels(state);
    const auto updated = unix_seconds(state.updated_at);
    const bool running = state.state == "running";
    const bool stale = running && (!updated || static_cast<double>(now_s) - *updated > static_cast<double>(kProgressStale_s));
    out.add("diobench_progress_running", "1 while a run or a night is under way.", labels, running && !stale ? 1 : 0);
    out.add("diobench_progress_stale", "1 if one began and says nothing any more: it died.", labels, stale ? 1 : 0);
    if (updated) out.add("diobench_progress_updated_timestamp_seconds", "When it last said something.", labels, *updated);
    if (auto started = unix_seconds(state.started_at)) out.add("diobench_progress_started_timestamp_seconds", "When it began.", labels, *started);
    if (!running || stale) return;
    out.add("diobench_progress_info", "What is under way; always 1.", labels + Labels{{"id", state.id}, {"stage", state.stage}}, 1);
    if (state.total > 0) {
        out.add("diobench_progress_done_steps", "Steps of the stage that are done.", labels + Labels{{"stage", state.stage}}, static_cast<double>(state.done));
        out.add("diobench_progress_total_steps", "Steps of the stage.", labels + Labels{{"stage", state.stage}}, static_cast<double>(state.total));
    }
}

}  // namespace

Families progress_families(std::vector<ProgressState> states, int64_t now_s) {
    std::sort(states.begin(), states.end(), [](const ProgressState& a, const ProgressState& b) { return a.updated_at > b.updated_at; });
    FamilyBuilder out;
    std::set<Labels> seen;
    for (const auto& state : states)
        if (seen.insert(progress_labels(state)).second) add_progress(out, state, now_s);
    return out.take();
}

}  // namespace diobench
