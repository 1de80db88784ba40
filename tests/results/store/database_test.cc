// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/results/store/schema.h"
#include "tests/results/sql/any_engine.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

class Store : public AnyEngine {};
DIOBENCH_ON_EVERY_ENGINE(Store);

class StoreFile : public testing::Test {
protected:
    Result<TempDirectory> directory_ = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    fs::path path_ = directory_.value().path() / "sub" / "results.sqlite";
};

}  // namespace

TEST_P(Store, ARunIsRecordedWhole) {
    auto store = ResultStore::open(address_);
    ASSERT_TRUE(store) << store.error().message();
    Results results = sample_results();
    ASSERT_TRUE(store->record_run(results));
    auto runs = store->list_runs();
    ASSERT_TRUE(runs);
    ASSERT_EQ(runs->size(), 1u);
    EXPECT_EQ(runs->front().id, results.run.id);
    EXPECT_EQ(runs->front().cells, 6);
    EXPECT_EQ(runs->front().ok_cells, 5);
    EXPECT_EQ(runs->front().status, "invalid");
    EXPECT_EQ(count("histograms"), 5);
    const auto loaded = store->load_run(results.run.id);
    ASSERT_TRUE(loaded) << loaded.error().message();
    for (size_t i = 0; i < results.cells.size(); ++i) EXPECT_EQ(loaded->cells[i].metrics, results.cells[i].metrics) << i;
}

TEST_P(Store, NumbersKeepTheirTypeAndValue) {
    auto store = ResultStore::open(address_);
    Results results = sample_results();
    auto& metrics = *results.cells[0].metrics;
    metrics["bytes"] = int64_t{9007199254740993};
    metrics["seconds"] = 2.0;
    metrics["ops_per_s"] = 1e20;
    metrics["fairness"] = 1.0 / 3;
    metrics["service_ns.mean"] = 1e-300;
    metrics["service_ns.max"] = int64_t{-5};
    ASSERT_TRUE(store->record_run(results));
    const Results loaded = store->load_run(results.run.id).value();
    EXPECT_EQ(*loaded.cells[0].metrics, metrics);
    EXPECT_EQ(store->history_values({results.cells[0].cell}, "fairness")->begin()->second.back().value, 1.0 / 3);
}

TEST_P(Store, TheSameRunAgainIsNothingAndAnotherOfItsIdReplacesIt) {
    auto store = ResultStore::open(address_);
    Results results = sample_results();
    ASSERT_TRUE(store->record_run(results, "/first"));
    const std::string written = one("SELECT max(id) FROM cells");
    ASSERT_TRUE(store->record_run(results, "/second"));
    EXPECT_EQ(one("SELECT max(id) FROM cells"), written) << "it was written again";
    EXPECT_EQ(store->directories()->at(results.run.id), "/second");
    (*results.cells[0].metrics)["seconds"] = 2.0;
    ASSERT_TRUE(store->record_run(results));
    EXPECT_EQ(store->list_runs()->size(), 1u);
    EXPECT_EQ(count("cells"), 6);
    EXPECT_EQ(store->load_run(results.run.id)->cells[0].metric("seconds"), 2.0);
}

TEST_P(Store, AFailureLeavesNothingOfTheRun) {
    auto store = ResultStore::open(address_);
    Results results = sample_results();
    results.cells.push_back(results.cells[0]);  // breaks UNIQUE (run, kernel, cell, boot)
    auto status = store->record_run(results);
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message(), HasSubstr(results.run.id));
    EXPECT_EQ(store->list_runs().value().size(), 0u);
    EXPECT_EQ(count("cells") + count("numbers") + count("kernels"), 0);
}

TEST_F(StoreFile, ANewerSchemaIsRefusedAndLeftAlone) {
    ASSERT_TRUE(ResultStore::open(path_));
    sql::connect(path_)->run("PRAGMA user_version = 99");
    auto store = ResultStore::open(path_);
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().message(), HasSubstr("version 99"));
    EXPECT_THAT(store.error().message(), HasSubstr("DIOBENCH_STORE"));
    EXPECT_EQ(sql::version_of(*sql::connect(path_), store_migrations()), 99u);
}

TEST_F(StoreFile, WhatIsNoDatabaseIsAnError) {
    ASSERT_TRUE(make_directories(path_.parent_path()));
    ASSERT_TRUE(write_file_atomic(path_, std::string(4096, 'x')));
    auto store = ResultStore::open(path_);
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().message(), HasSubstr("results.sqlite"));
}

namespace {

Results verified(const std::string& id, const std::string& started_at, const std::string& suite, std::vector<ConformanceEntry> entries) {
    Results results = sample_results();
    results.cells.clear();
    results.kernels.resize(1);
    results.run.id = id;
    results.run.started_at = started_at;
    results.run.suite = suite;
    results.kernels[0].conformance = std::move(entries);
    return results;
}

ConformanceEntry entry(const std::string& name, ConformanceStatus status) {
    return {name, status, false, status == ConformanceStatus::pass ? "" : "because", 0.1, ""};
}

}  // namespace

TEST_P(Store, TheLastVerificationIsTheLastWholeOneWithWhatWasLookedAtSince) {
    auto store = ResultStore::open(address_);
    ASSERT_TRUE(store) << store.error().message();
    const auto pass = ConformanceStatus::pass;
    const auto fail = ConformanceStatus::fail;
    const std::string patches(64, 'a');
    auto before = store->last_verification("6.12.117", patches);
    ASSERT_TRUE(before) << before.error().message();
    EXPECT_TRUE(before->started_at.empty());
    // An older whole one, and a part of it, count no more once there is a newer whole one.
    ASSERT_TRUE(store->record_run(verified("1", "2026-01-01T00:00:00Z", "verify", {entry("a", fail), entry("gone", fail)})));
    ASSERT_TRUE(store->record_run(verified("2", "2026-01-02T00:00:00Z", "verify-part", {entry("c", fail)})));
    ASSERT_TRUE(store->record_run(verified("3", "2026-01-03T00:00:00Z", "verify", {entry("a", pass), entry("b", fail), entry("c", pass)})));
    ASSERT_TRUE(store->record_run(verified("4", "2026-01-04T00:00:00Z", "verify-part", {entry("b", pass), entry("d", fail)})));
    // Neither other suites nor other patches speak of it.
    ASSERT_TRUE(store->record_run(verified("5", "2026-01-05T00:00:00Z", "quick", {entry("a", fail)})));
    Results other = verified("6", "2026-01-06T00:00:00Z", "verify", {entry("a", fail)});
    other.kernels[0].patch_sha256 = std::string(64, 'd');
    ASSERT_TRUE(store->record_run(other));

    auto last = store->last_verification("6.12.117", patches);
    ASSERT_TRUE(last) << last.error().message();
    EXPECT_EQ(last->started_at, "2026-01-04T00:00:00Z");
    EXPECT_EQ(last->passed, 3);
    ASSERT_EQ(last->failed.size(), 1u);
    EXPECT_EQ(last->failed[0].case_name, "d");
    EXPECT_TRUE(store->last_verification("6.12.9", patches)->failed.empty());
}

TEST_P(Store, ARunComesBackAsItWas) {
    auto store = ResultStore::open(address_);
    ASSERT_TRUE(store) << store.error().message();
    ASSERT_TRUE(store->record_run(sample_results()));
    const auto loaded = store->load_run(sample_results().run.id);
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(cells_to_json(loaded->cells).dump(), cells_to_json(sample_results().cells).dump());
    ASSERT_EQ(loaded->kernels.size(), 2u);
    EXPECT_EQ(loaded->kernels[0].name, "fallback") << "kernels keep their order";
}

TEST_P(Store, TwentyWritersAtOnceLoseNothing) {
    ASSERT_TRUE(ResultStore::open(address_));
    constexpr int kWriters = 20;
    std::vector<pid_t> writers;
    for (int i = 0; i < kWriters; ++i) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            Results results = sample_results();
            // One of its own, and one that all of them write.
            for (const std::string& id : {fmt::format("run-{}", i), std::string("shared")}) {
                results.run.id = id;
                auto store = ResultStore::open(address_);
                if (!store || !store->record_run(results)) ::_exit(1);
            }
            ::_exit(0);
        }
        writers.push_back(pid);
    }
    for (const pid_t pid : writers) {
        int status = -1;
        ASSERT_EQ(::waitpid(pid, &status, 0), pid);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(ResultStore::open(address_)->list_runs()->size(), kWriters + 1u);
    EXPECT_EQ(count("cells"), 6 * (kWriters + 1));
    EXPECT_EQ(count("histograms"), 5 * (kWriters + 1));
}
