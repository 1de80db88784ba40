// SPDX-License-Identifier: GPL-2.0-only
// Verdicts, pins and histories in the store, and files of earlier versions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/results/store/database.h"
#include "bench/results/store/gate_file.h"
#include "bench/results/store/progress_file.h"
#include "bench/results/store/schema.h"
#include "tests/results/sql/any_engine.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr const char* kCell = "rand-4k/fscache/flat/ram/local/direct/pread/qd1";

Results good_run(const std::string& id, const std::string& started_at) {
    Results results = sample_results();
    results.run.id = id;
    results.run.started_at = started_at;
    results.run.status = RunStatus::ok;
    results.run.exit_code = 0;
    results.run.findings.clear();
    results.cells.erase(results.cells.begin() + 4);  // the one that failed
    return results;
}

StoredJudgement gate_on(const std::string& run, const std::string& verdict) {
    StoredJudgement gate{"gate-of-" + run, "gate", "2026-01-01T02:00:00Z", 60.5, "quick", "exact", "fallback", "dio", run, verdict, verdict == "pass" ? 0 : 1, {}};
    gate.verdicts = {{kCell, "", verdict, {}, {}, {}, {}, {}, "", ""}, {kCell, "latency_ns.mean", verdict, 40000, 20000, -0.5, -0.51, {}, "", "waiver"}};
    gate.runs = {run};
    return gate;
}

class Judged : public AnyEngine {
protected:
    Result<ResultStore> store_ = ResultStore::open(address_);
};
DIOBENCH_ON_EVERY_ENGINE(Judged);

class OldFile : public testing::Test {
protected:
    Result<TempDirectory> directory_ = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
};

}  // namespace

TEST_P(Judged, AJudgementComesBackAsItWas) {
    const auto gate = gate_on("r", "regression");
    ASSERT_TRUE(store_->record_judgement(gate));
    ASSERT_TRUE(store_->record_judgement(gate));  // again: in its place
    auto all = store_->judgements();
    ASSERT_TRUE(all) << all.error().message();
    EXPECT_THAT(*all, ElementsAre(gate));
    EXPECT_TRUE(store_->judgements("2026-01-01T02:00:01Z")->empty());
}

TEST_P(Judged, NoRunOfABadNightIsGood) {
    for (const char* id : {"r1", "r2", "r3"}) ASSERT_TRUE(store_->record_run(good_run(id, "2026-01-01T00:00:00Z")));
    auto night = gate_on("r2", "regression");
    night.kind = kNightJudgement;
    night.baseline = night.candidate = "";
    night.runs = {"r1", "r2"};
    ASSERT_TRUE(store_->record_judgement(night));
    EXPECT_THAT(store_->judgements()->at(0).runs, ElementsAre("r1", "r2"));
    std::vector<std::string> good;
    auto runs = store_->history_runs();
    ASSERT_TRUE(runs) << runs.error().message();
    for (const auto& run : *runs)
        if (run.is_good("dio")) good.push_back(run.id);
    EXPECT_THAT(good, ElementsAre("r3"));
    EXPECT_FALSE(store_->add_pin({"p", "r1", "", "*", ""}));
    EXPECT_TRUE(store_->add_pin({"p", "r3", "", "*", ""}));
}

TEST_P(Judged, WordsThatAreNoVerdictsAreRefusedAndNothingIsWritten) {
    auto gate = gate_on("r", "pass");
    gate.verdicts[1].verdict = "fine";
    EXPECT_THAT(store_->record_judgement(gate).error().message(), HasSubstr("'fine' is no verdict"));
    gate.verdicts[1] = {kCell, "latency_ns.typo", "pass", {}, {}, {}, {}, {}, "", ""};
    EXPECT_THAT(store_->record_judgement(gate).error().message(), HasSubstr("latency_ns.typo"));
    gate.kind = "day";
    EXPECT_THAT(store_->record_judgement(gate).error().message(), HasSubstr("'day'"));
    EXPECT_TRUE(store_->judgements()->empty());
}

TEST_P(Judged, ARunComesBackAsItWasRecorded) {
    Results results = sample_results();
    results.cells[0].dimensions.memory_bytes = 48 << 20;
    results.cells[0].dimensions.trace = "container-start";
    results.cells[0].dimensions.arrival = Arrival::trace;
    ASSERT_TRUE(store_->record_run(results));
    auto loaded = store_->load_run(results.run.id);
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(loaded->run, results.run);
    EXPECT_EQ(cells_to_json(loaded->cells).dump(), cells_to_json(results.cells).dump());
    ASSERT_EQ(loaded->kernels.size(), 2u);
    EXPECT_EQ(loaded->kernels[0].build_seconds, results.kernels[0].build_seconds);
    ASSERT_EQ(loaded->kernels[0].conformance.size(), 2u);
    EXPECT_EQ(loaded->kernels[0].conformance[0].status, ConformanceStatus::pass);  // by name
    EXPECT_TRUE(loaded->kernels[0].conformance[1].known);
    EXPECT_THAT(store_->load_run("another").error().message(), HasSubstr("another"));
    EXPECT_EQ(store_->cells_of_run(results.run.id)->at("fallback").size(), 3u);
}

TEST_P(Judged, ABadRunIsNoBaseline) {
    ASSERT_TRUE(store_->record_run(sample_results()));  // exit code 4
    Pin pin{"good", sample_results().run.id, "", "*", "2026-01-03T00:00:00Z"};
    EXPECT_THAT(store_->add_pin(pin).error().message(), HasSubstr("kernel dio failed in it (exit code 4)"));
    ASSERT_TRUE(store_->record_run(good_run("r1", "2026-01-01T00:00:00Z")));
    pin.run_id = "r1";
    ASSERT_TRUE(store_->record_judgement(gate_on("r1", "regression")));
    EXPECT_THAT(store_->add_pin(pin).error().message(), HasSubstr("judged 'regression'"));
    EXPECT_FALSE(store_->history_runs()->at(0).is_good("dio"));
    ASSERT_TRUE(store_->record_judgement(gate_on("r1", "pass")));
    EXPECT_TRUE(store_->history_runs()->at(0).is_good("dio"));
    ASSERT_TRUE(store_->add_pin(pin));
    EXPECT_THAT(*store_->pins(), ElementsAre(pin));
}

TEST_P(Judged, AKernelStaysGoodWhenAnotherOneFails) {
    Results failing = good_run("r1", "2026-01-01T00:00:00Z");
    failing.cells.push_back(sample_cell("dio", "fscache", "buffered"));
    failing.run.exit_code = 4;
    ASSERT_TRUE(store_->record_run(failing));
    EXPECT_TRUE(store_->history_runs()->at(0).is_good("fallback"));
    EXPECT_FALSE(store_->history_runs()->at(0).is_good("dio"));
    EXPECT_FALSE(store_->history_runs()->at(0).is_good("nobody"));
    EXPECT_THAT(store_->add_pin({"all", "r1", "", "*", ""}).error().message(), HasSubstr("kernel dio failed in it"));
    EXPECT_TRUE(store_->add_pin({"f", "r1", "fallback", "*", ""}));
    failing.cells.back().known = true;  // nobody's fault that we know of: nobody is good
    ASSERT_TRUE(store_->record_run(failing));
    EXPECT_FALSE(store_->history_runs()->at(0).is_good("fallback"));

    ASSERT_TRUE(store_->record_run(good_run("r2", "2026-01-02T00:00:00Z")));
    ASSERT_TRUE(store_->record_judgement(gate_on("r2", "regression")));
    EXPECT_TRUE(store_->history_runs()->at(1).is_good("fallback"));
    EXPECT_FALSE(store_->history_runs()->at(1).is_good("dio"));
    EXPECT_THAT(store_->add_pin({"d", "r2", "dio", "*", ""}).error().message(), HasSubstr("kernel dio was judged 'regression'"));
    EXPECT_TRUE(store_->add_pin({"g", "r2", "fallback", "*", ""}));
}

TEST_P(Judged, ANightSaysOfEachKernelHowItDid) {
    ASSERT_TRUE(store_->record_run(good_run("r1", "2026-01-01T00:00:00Z")));
    auto night = gate_on("r1", "regression");
    night.id = "20260101T000000";
    night.kind = kNightJudgement;
    night.baseline = night.candidate = "";
    night.kernels = {{"dio", "regression"}, {"fallback", "pass"}};
    night.directory = "/nights/20260101T000000";
    ASSERT_TRUE(store_->record_judgement(night));
    EXPECT_THAT(*store_->judgements(), ElementsAre(night));
    EXPECT_TRUE(store_->history_runs()->at(0).is_good("fallback"));
    EXPECT_FALSE(store_->history_runs()->at(0).is_good("dio"));
    night.kernels["dio"] = "fine";
    EXPECT_THAT(store_->record_judgement(night).error().message(), HasSubstr("'fine' is no verdict"));
}

TEST_P(Judged, RunsKnowWhatTheyWereMadeFor) {
    for (const char* id : {"a", "b", "c", "d"}) ASSERT_TRUE(store_->record_run(good_run(id, "2026-01-01T00:00:00Z")));
    auto gate = gate_on("b", "pass");
    gate.baseline_runs = {"a"};
    ASSERT_TRUE(store_->record_judgement(gate));
    auto night = gate_on("c", "pass");
    night.id = "night";
    night.kind = kNightJudgement;
    ASSERT_TRUE(store_->record_judgement(night));
    auto of_night = gate_on("c", "pass");  // compares tonight with what an earlier gate made
    of_night.started_at = "2026-01-03T00:00:00Z";
    of_night.baseline_runs = {"b"};
    ASSERT_TRUE(store_->record_judgement(of_night));
    EXPECT_THAT(store_->judgements()->front().baseline_runs, ElementsAre("b"));
    std::map<std::string, std::string> groups;
    const auto runs = store_->history_runs();
    for (const auto& run : *runs) groups[run.id] = run.group;
    EXPECT_EQ(groups, (std::map<std::string, std::string>{{"a", "gate-of-b baseline"}, {"b", "gate-of-b"}, {"c", "night"}, {"d", ""}}));
}

TEST_P(Judged, TheNewestInADirectoryHasIt) {
    ASSERT_TRUE(store_->record_run(good_run("old", "2026-01-01T00:00:00Z"), "/out/same"));
    ASSERT_TRUE(store_->record_run(good_run("new", "2026-01-02T00:00:00Z"), "/out/x/../same"));
    ASSERT_TRUE(store_->record_run(good_run("nowhere", "2026-01-02T00:00:00Z")));
    auto gate = gate_on("new", "pass");
    gate.directory = "/out/gate";
    ASSERT_TRUE(store_->record_judgement(gate));
    EXPECT_EQ(*store_->directories(), (std::map<std::string, fs::path>{{"new", "/out/same"}, {"gate-of-new", "/out/gate"}}));
}

TEST_P(Judged, PinsAreCheckedAndKeepTheirRun) {
    ASSERT_TRUE(store_->record_run(good_run("r1", "2026-01-01T00:00:00Z")));
    ASSERT_TRUE(store_->record_run(good_run("r2", "2026-01-02T00:00:00Z")));
    const Pin pin{"good", "r1", "dio", "*/direct/*", "2026-01-03T00:00:00Z"};
    Pin wrong = pin;
    wrong.run_id = "r9";
    EXPECT_THAT(store_->add_pin(wrong).error().message(), HasSubstr("no such run"));
    wrong = pin;
    wrong.kernel = "typo";
    EXPECT_THAT(store_->add_pin(wrong).error().message(), HasSubstr("of kernel typo"));
    wrong = pin;
    wrong.cells = "seq-*";
    EXPECT_THAT(store_->add_pin(wrong).error().message(), HasSubstr("seq-*"));
    ASSERT_TRUE(store_->add_pin(pin));
    EXPECT_THAT(store_->add_pin(pin).error().message(), HasSubstr("unpin good"));
    EXPECT_THAT(store_->remove_runs({"r2", "r1"}).error().message(), HasSubstr("pinned"));
    EXPECT_EQ(store_->list_runs()->size(), 2u);  // none was removed
    ASSERT_TRUE(store_->record_run(good_run("r1", "2026-01-01T00:00:00Z")));  // recorded again: still pinned
    EXPECT_EQ(store_->pins()->size(), 1u);
    ASSERT_TRUE(store_->remove_pin("good"));
    EXPECT_THAT(store_->remove_pin("good").error().message(), HasSubstr("no pin"));
    ASSERT_TRUE(store_->remove_runs({"r1"}));
    EXPECT_EQ(store_->list_runs()->size(), 1u);
}

TEST_P(Judged, BootsOfACellAreOneValueAndOneWithoutANumberTakesItAll) {
    Results results = good_run("r1", "2026-01-01T00:00:00Z");
    CellResult again = results.cells[0];
    again.boot = 1;
    (*again.metrics)["latency_ns.mean"] = 50000.0;
    (*again.metrics)["errors"] = int64_t{2};
    (*again.metrics)["ops"] = int64_t{511};
    results.cells.push_back(again);
    ASSERT_TRUE(store_->record_run(results));
    auto value = [&](const std::string& metric) {
        const auto found = store_->history_values({kCell}, metric);
        const auto* values = &found->at(kCell);
        EXPECT_EQ(values->size(), 2u);
        EXPECT_EQ(values->back().kernel, "fallback");
        return values->back().value;
    };
    EXPECT_EQ(value("latency_ns.mean"), 45000);
    EXPECT_EQ(value("latency_ns.max"), 40000);
    EXPECT_EQ(value("errors"), 2);
    EXPECT_EQ(value("ops"), std::nullopt);  // must be identical, and is not
    results.cells.back().status = CellStatus::failed;
    results.cells.back().reason = "gone";
    results.cells.back().metrics.reset();
    results.cells.back().histogram.reset();
    ASSERT_TRUE(store_->record_run(results));
    EXPECT_EQ(value("latency_ns.mean"), std::nullopt);
}

TEST_F(OldFile, AFileOfAnEarlierVersionIsBroughtUpWithItsRuns) {
    const fs::path old = directory_->path() / "old.sqlite";
    {
        auto database = sql::connect(old);
        migrate_store(*database, 2);
        EXPECT_EQ(sql::version_of(*database, store_migrations()), 2u);
        const std::string description = to_json(good_run("r1", "2026-01-01T00:00:00Z")).at("run").dump();
        database->run("INSERT INTO runs VALUES ('r1', '2026-01-01T00:00:00Z', 1, 'quick', 'exact', 'tcg', 1, 'virtual', 1, 'cpu', '6.1', 'ok', 0, '" + description + "');"
                      "INSERT INTO kernels VALUES ('r1', 'dio', '6.12.117', 'a', 'b', 'c', NULL, 'ok', '');"
                      "INSERT INTO cells VALUES (1, 'r1', 'dio', 'w', 'w/1', 0, 'fscache', 'flat', 'ram', 'local', 'direct', 'random', 4096, 'pread', 1, 1, "
                      "'direct', 'direct', 'ok', '', 0); INSERT INTO metrics VALUES (1, 'ops', 512);");
    }
    auto store = ResultStore::open(old);
    ASSERT_TRUE(store) << store.error().message();
    EXPECT_EQ(store->history_values({"w/1"}, "ops")->at("w/1").at(0).value, 512);
    auto loaded = store->load_run("r1");
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(loaded->cells.at(0).dimensions, (Dimensions{"fscache", "flat", "ram", CacheState::local, IoMode::direct, Pattern::random, 4096, "pread", 1, 1}));
    ASSERT_TRUE(store->add_pin({"good", "r1", "", "*", ""}));
}

TEST_F(OldFile, OldNightsAreGoodOrBadAsAWholeAndOldGatesForTheirCandidate) {
    const fs::path old = directory_->path() / "old.sqlite";
    {
        auto database = sql::connect(old);
        migrate_store(*database, 4);
        const std::string description = to_json(good_run("r1", "2026-01-01T00:00:00Z")).at("run").dump();
        for (const char* run : {"r1", "r2"}) {
            database->execute("INSERT INTO runs VALUES (?, '2026-01-01T00:00:00Z', 1, 'quick', 'exact', 'tcg', 1, 'virtual', 1, 'cpu', '6.1', 'ok', 0, ?)", sql::values(run, description));
            for (const char* kernel : {"dio", "fallback"})
                database->execute("INSERT INTO kernels VALUES (?, ?, '6.12.117', 'a', 'b', 'c', NULL, 'ok', '')", sql::values(run, kernel));
            database->run(std::string("INSERT INTO cells (run_id, kernel, workload, cell, boot, backend, layout, device, cache_state, io, pattern, block_size_bytes, engine, iodepth, "
                                      "numjobs, declared_io, status, reason, known) VALUES ('") + run +
                          "', 'dio', 'w', 'w/1', 0, 'fscache', 'flat', 'ram', 'local', 'direct', 'random', 4096, 'pread', 1, 1, 'direct', 'ok', '', 0)");
        }
        database->run("INSERT INTO judgements VALUES ('night', 'night', '2026-01-01T00:00:00Z', 1, 'quick', 'exact', '', '', 'r1', 'regression', 1);"
                      "INSERT INTO judgements VALUES ('gate', 'gate', '2026-01-01T00:00:00Z', 1, 'quick', 'exact', 'fallback', 'dio', 'r2', 'regression', 1);"
                      "INSERT INTO judgement_runs VALUES ('night', 'r1'), ('gate', 'r2');");
    }
    auto store = ResultStore::open(old);
    ASSERT_TRUE(store) << store.error().message();
    const auto runs = store->history_runs();
    ASSERT_TRUE(runs) << runs.error().message();
    EXPECT_FALSE(runs->at(0).is_good("dio") || runs->at(0).is_good("fallback"));
    EXPECT_FALSE(runs->at(1).is_good("dio"));
    EXPECT_TRUE(runs->at(1).is_good("fallback"));
    EXPECT_TRUE(store->directories()->empty());
    EXPECT_TRUE(store->judgements()->at(0).directory.empty());
}

TEST_P(Judged, TheNewestRunOfAKernelIsFound) {
    ASSERT_TRUE(store_->record_run(good_run("r1", "2026-01-01T00:00:00Z")));
    Results verified = good_run("v1", "2026-01-02T00:00:00Z");
    verified.run.suite = "verify";
    verified.cells.clear();
    ASSERT_TRUE(store_->record_run(verified));
    EXPECT_EQ(store_->last_measurement("dio")->value().run_id, "r1");
    EXPECT_EQ(store_->last_verify("dio")->value().run_id, "v1");
    EXPECT_EQ(store_->last_verify("dio")->value().known_failures, 1);
    EXPECT_FALSE(store_->last_verify("nobody")->has_value());
    EXPECT_FALSE(ResultStore::open_existing(directory_->path() / "none.sqlite")->has_value());
    EXPECT_FALSE(fs::exists(directory_->path() / "none.sqlite"));
}

TEST_P(Judged, AGateFileBecomesAJudgementOfTheCandidatesRun) {
    ASSERT_TRUE(store_->record_run(good_run("r1", "2026-01-01T00:00:00Z")));
    ASSERT_TRUE(store_->record_run(good_run("r2", "2026-01-01T02:00:30Z")));
    ASSERT_TRUE(store_->record_run(good_run("later", "2026-01-02T00:00:00Z")));
    const auto gate = nlohmann::ordered_json::parse(R"({"schema_version": 1, "verdict": "regression", "exit_code": 1, "baseline": "fallback", "candidate": "dio",
        "machine": "exact", "suite": "quick", "started_at": "2026-01-01T02:00:00Z", "elapsed_s": 60.5, "runs": ["r2"], "cells": [
        {"cell": "w/1", "verdict": "regression", "reason": "", "accepted": "", "metrics": [
          {"metric": "latency_ns.mean", "verdict": "regression", "baseline": 100, "candidate": 105, "worse_by_ratio": 0.05, "wall": null, "confirmation": null,
           "reason": "slower", "accepted": ""},
          {"metric": "errors", "verdict": "regression", "baseline": 0, "candidate": 1, "worse_by_ratio": null, "wall": null, "confirmation": null, "reason": "", "accepted": ""},
          {"metric": "latency_ns.p99", "verdict": "pass", "baseline": 1, "candidate": 1, "worse_by_ratio": 0.5,
           "wall": {"log_ratio": 0, "low": -0.01, "high": null}, "confirmation": null, "reason": "", "accepted": ""}]},
        {"cell": "w/2", "verdict": "invalid", "reason": "no result", "accepted": "", "metrics": []}]})");
    auto judgement = judgement_of_gate(gate);
    ASSERT_TRUE(judgement) << judgement.error().message();
    ASSERT_EQ(judgement->verdicts.size(), 4u);
    EXPECT_EQ(judgement->verdicts[0].worse_by_ratio, 0.05);
    EXPECT_EQ(judgement->verdicts[1].worse_by_ratio, std::nullopt);
    EXPECT_EQ(judgement->verdicts[2].worse_by_ratio, 0);  // a real clock's is that of its rule
    EXPECT_NEAR(*judgement->verdicts[2].low, -0.00995, 1e-5);
    EXPECT_EQ(judgement->verdicts[2].high, std::nullopt);
    EXPECT_EQ(judgement->verdicts[3].metric, "");
    ASSERT_TRUE(store_->record_judgement(*judgement));
    EXPECT_EQ(store_->judgements()->at(0).run_id, "r2");
    auto verdicts = store_->history_verdicts("w/1", "latency_ns.mean");
    ASSERT_EQ(verdicts->size(), 1u);
    EXPECT_EQ(verdicts->at(0).verdict, "regression");
    EXPECT_FALSE(judgement_of_gate({{"schema_version", 2}}));
    EXPECT_FALSE(judgement_of_gate(nlohmann::ordered_json::parse("[", nullptr, false)));
}

nlohmann::ordered_json gate_of_runs(const std::string& verdict, const std::vector<std::string>& runs) {
    return {{"schema_version", 1}, {"verdict", verdict}, {"exit_code", 1}, {"baseline", "fallback"}, {"candidate", "dio"}, {"machine", "exact"}, {"suite", "quick"},
            {"started_at", "2026-01-01T02:00:00Z"}, {"elapsed_s", 1.5}, {"runs", runs}, {"cells", nlohmann::ordered_json::array()}};
}

TEST_P(Judged, AGateThatMadeNoRunSaysNothingOfEarlierOnes) {
    ASSERT_TRUE(store_->record_run(good_run("r1", "2026-01-01T00:00:00Z")));
    ASSERT_TRUE(store_->record_judgement(*judgement_of_gate(gate_of_runs("invalid", {}))));
    EXPECT_EQ(store_->judgements()->at(0).run_id, "");
    EXPECT_TRUE(store_->history_runs()->at(0).is_good("dio"));
}

TEST_P(Judged, GatesOfOtherRunsAreOtherGatesWhateverTheyAreCalled) {
    ASSERT_TRUE(store_->record_run(good_run("r1", "2026-01-01T00:00:00Z")));
    ASSERT_TRUE(store_->record_run(good_run("r2", "2026-01-01T00:00:00Z")));
    ASSERT_TRUE(store_->record_judgement(*judgement_of_gate(gate_of_runs("regression", {"r1"}))));
    ASSERT_TRUE(store_->record_judgement(*judgement_of_gate(gate_of_runs("pass", {"r2"}))));
    ASSERT_EQ(store_->judgements()->size(), 2u);
    EXPECT_FALSE(store_->add_pin({"baseline", "r1", "", "*", ""}));
    EXPECT_TRUE(store_->add_pin({"baseline", "r2", "", "*", ""}));
}

TEST_P(Judged, ProgressComesBackAndDamageIsAnError) {
    const fs::path folder = directory_->path();
    EXPECT_FALSE(read_progress_file(folder)->has_value());
    ProgressState state{"night", "n1", "nightly", "exact", "running", "measure", "dio-ram", 3, 12, "2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z", {}};
    ASSERT_TRUE(write_progress_file(folder, state));
    EXPECT_EQ(read_progress_file(folder)->value(), state);
    state.exit_code = 4;
    ASSERT_TRUE(write_progress_file(folder, state));
    EXPECT_EQ(read_progress_file(folder)->value(), state);
    ASSERT_TRUE(write_file_atomic(folder / "progress.json", "{\"schema_version\": 1}"));
    EXPECT_THAT(read_progress_file(folder).error().message(), HasSubstr("progress.json"));
    ASSERT_TRUE(write_file_atomic(folder / "progress.json", "{\"schema_ver"));
    EXPECT_FALSE(read_progress_file(folder));
}
