// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

class Store : public testing::Test {
protected:
    Result<TempDirectory> directory_ = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    fs::path path_ = directory_.value().path() / "sub" / "results.sqlite";

    int64_t count(const std::string& table) {
        SQLite::Database database(path_.string());
        return database.execAndGet("SELECT count(*) FROM " + table).getInt64();
    }
};

}  // namespace

TEST_F(Store, ARunIsRecordedWhole) {
    auto store = ResultStore::open(path_);
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
    size_t metrics = 0;
    for (const auto& cell : results.cells) metrics += cell.metrics ? cell.metrics->size() : 0;
    EXPECT_EQ(count("metrics"), static_cast<int64_t>(metrics));
}

TEST_F(Store, NumbersKeepTheirTypeAndValue) {
    auto store = ResultStore::open(path_);
    Results results = sample_results();
    (*results.cells[0].metrics)["bytes"] = int64_t{9007199254740993};
    (*results.cells[0].metrics)["seconds"] = 2.0;
    ASSERT_TRUE(store->record_run(results));
    SQLite::Database database(path_.string());
    auto one = [&](const std::string& what, const std::string& name) {
        return database.execAndGet("SELECT " + what + " FROM metrics JOIN cells ON cells.id = cell_id WHERE kernel = 'fallback' AND "
                                   "backend = 'fscache' AND io = 'direct' AND name = '" + name + "'");
    };
    EXPECT_EQ(one("value", "bytes").getInt64(), 9007199254740993);
    EXPECT_EQ(one("typeof(value)", "bytes").getString(), "integer");
    EXPECT_EQ(one("typeof(value)", "seconds").getString(), "real");
}

TEST_F(Store, TheSameRunAgainReplacesIt) {
    auto store = ResultStore::open(path_);
    ASSERT_TRUE(store->record_run(sample_results()));
    int64_t metrics = count("metrics");
    ASSERT_TRUE(store->record_run(sample_results()));
    EXPECT_EQ(store->list_runs().value().size(), 1u);
    EXPECT_EQ(count("cells"), 6);
    EXPECT_EQ(count("metrics"), metrics);
}

TEST_F(Store, AFailureLeavesNothingOfTheRun) {
    auto store = ResultStore::open(path_);
    Results results = sample_results();
    results.cells.push_back(results.cells[0]);  // breaks UNIQUE (run, kernel, cell, boot)
    auto status = store->record_run(results);
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message(), HasSubstr(results.run.id));
    EXPECT_EQ(store->list_runs().value().size(), 0u);
    EXPECT_EQ(count("cells") + count("metrics") + count("kernels"), 0);
}

TEST_F(Store, ANewerSchemaIsRefusedAndLeftAlone) {
    ASSERT_TRUE(ResultStore::open(path_));
    {
        SQLite::Database database(path_.string(), SQLite::OPEN_READWRITE);
        database.exec("PRAGMA user_version = 99");
    }
    auto store = ResultStore::open(path_);
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().message(), HasSubstr("version 99"));
    EXPECT_THAT(store.error().message(), HasSubstr("DIOBENCH_STORE"));
    SQLite::Database database(path_.string());
    EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 99);
}

TEST_F(Store, WhatIsNoDatabaseIsAnError) {
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

TEST_F(Store, TheLastVerificationIsTheLastWholeOneWithWhatWasLookedAtSince) {
    auto store = ResultStore::open(path_);
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
