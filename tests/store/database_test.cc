// SPDX-License-Identifier: GPL-2.0-only
#include "bench/store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/sample_results.h"

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
