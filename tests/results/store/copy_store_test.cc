// SPDX-License-Identifier: GPL-2.0-only
// A store into another one, and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/results/store/database.h"
#include "tests/results/sql/any_engine.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

/// address_ is what is copied to.
class CopiedStore : public AnyEngine {
protected:
    ResultStore from_ = ResultStore::open(directory_.value().path() / "from.sqlite").value();
    ResultStore to_ = ResultStore::open(address_).value();

    void record(const std::string& id) {
        Results results = sample_results();
        results.run.id = id;
        ASSERT_TRUE(from_.record_run(results, "/out/" + id));
        StoredJudgement gate{"gate-of-" + id, "gate", "2026-01-01T02:00:00Z", 60.5, "quick", "exact", "fallback", "dio", id, "inconclusive", 3, {}};
        gate.verdicts = {{results.cells[0].cell, "latency_ns.mean", "inconclusive", 1.0 / 3, {}, -0.5, {}, {}, "a\ttab", ""}};
        gate.baseline_runs = {id};
        gate.kernels = {{"dio", "pass"}};
        ASSERT_TRUE(from_.record_judgement(gate));
    }
    static Result<std::vector<CopiedKind>> copy(ResultStore& from, ResultStore& to) {
        return from.copy_to(to, [](std::string_view, size_t, size_t) {});
    }
    static std::string text(ResultStore& store, const std::string& id) { return to_json(store.load_run(id).value()).dump(); }
};
DIOBENCH_ON_EVERY_ENGINE(CopiedStore);

}  // namespace

TEST_P(CopiedStore, IsTheSameThereAndBack) {
    record("r1");
    record("r2");
    auto there = copy(from_, to_);
    ASSERT_TRUE(there) << there.error().message();
    EXPECT_EQ(there->at(0).added, 2u);
    EXPECT_EQ(there->at(1).added, 2u);
    EXPECT_GT(there->at(0).rows, 2u * 6u);
    auto back = ResultStore::open(directory_->path() / "back.sqlite");
    ASSERT_TRUE(copy(to_, *back));
    for (const char* id : {"r1", "r2"}) {
        EXPECT_EQ(text(to_, id), text(from_, id));
        EXPECT_EQ(text(*back, id), text(from_, id));
    }
    EXPECT_EQ(back->judgements().value(), from_.judgements().value());
    EXPECT_EQ(back->directories().value(), from_.directories().value());
}

TEST_P(CopiedStore, GoesOnWhereItWasAndReplacesWhatDiffers) {
    record("r1");
    ASSERT_TRUE(copy(from_, to_));
    record("r2");
    Results other = sample_results();
    other.run.id = "r1";
    other.run.elapsed_s += 1;
    ASSERT_TRUE(to_.record_run(other));
    Results own = sample_results();
    own.run.id = "own";
    ASSERT_TRUE(to_.record_run(own));
    auto again = copy(from_, to_);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->at(0).added, 1u);
    EXPECT_EQ(again->at(0).replaced, 1u);
    EXPECT_EQ(again->at(1).same, 1u);
    again = copy(from_, to_);
    EXPECT_EQ(again->at(0).same, 2u);
    EXPECT_EQ(to_.list_runs()->size(), 3u) << "what only the other one has stays";
    EXPECT_EQ(text(to_, "r1"), text(from_, "r1"));
}

TEST_P(CopiedStore, SaysWhatItIs) {
    record("r1");
    ASSERT_TRUE(copy(from_, to_));
    const auto info = to_.info();
    ASSERT_TRUE(info) << info.error().message();
    EXPECT_EQ(info->address, address_.text());
    EXPECT_THAT(info->engine, HasSubstr(address_.is_postgresql() ? "PostgreSQL 1" : "SQLite 3."));
    EXPECT_EQ(info->runs, 1);
    EXPECT_EQ(info->cells, 6);
    EXPECT_EQ(info->judgements, 1);
    EXPECT_EQ(info->oldest, sample_results().run.started_at);
    EXPECT_GT(info->size_bytes, 100000);
}
