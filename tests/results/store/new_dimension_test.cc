// SPDX-License-Identifier: GPL-2.0-only
// A row more of the table of dimensions, in results.json and in the store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/results/store/database.h"
#include "tests/common/plan/new_dimensions.h"
#include "tests/results/sql/any_engine.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

using OrderedJson = nlohmann::ordered_json;

class NewDimensionInStore : public AnyEngine {};
DIOBENCH_ON_EVERY_ENGINE(NewDimensionInStore);

Results with_readahead(const std::string& id) {
    Results results = sample_results();
    results.run.id = id;
    EXPECT_TRUE(set_value(results.cells[0].dimensions, *find_dimension("readahead_bytes"), uint64_t{1 << 20}));
    EXPECT_TRUE(set_value(results.cells[0].dimensions, *find_dimension("scheduler"), "kyber"));
    return results;
}

std::string refusal(const OrderedJson& json) {
    auto results = from_json(json);
    return results ? "accepted" : results.error().message();
}

}  // namespace

TEST(NewDimensionInResults, ComesBack) {
    const ScopedDimension readahead(readahead_row());
    const ScopedDimension scheduler(scheduler_row());
    const Results results = with_readahead("r");
    const OrderedJson json = to_json(results);
    EXPECT_THAT(json["cells"][0]["dimensions"].dump(), HasSubstr(R"("fio_job":"","readahead_bytes":1048576,"scheduler":"kyber"})"));
    EXPECT_THAT(json["cells"][1]["dimensions"].dump(), HasSubstr(R"("fio_job":"","readahead_bytes":131072,"scheduler":"none"})"));
    auto back = from_json(json);
    ASSERT_TRUE(back) << back.error().message();
    for (size_t i = 0; i < results.cells.size(); ++i) EXPECT_EQ(back->cells[i].dimensions, results.cells[i].dimensions) << i;
}

TEST(NewDimensionInResults, IsAsUsualInFilesFromBeforeIt) {
    const OrderedJson before = to_json(sample_results());
    const ScopedDimension readahead(readahead_row());
    auto back = from_json(before);
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(back->cells[0].dimensions.number("readahead_bytes"), 131072u);
    EXPECT_EQ(back->cells[0].dimensions, sample_results().cells[0].dimensions);
}

TEST(NewDimensionInResults, IsReadStrictly) {
    OrderedJson later;
    {
        const ScopedDimension readahead(readahead_row());
        const ScopedDimension scheduler(scheduler_row());
        later = to_json(sample_results());
        auto refused = [&](const std::string& key, const OrderedJson& value) {
            OrderedJson json = later;
            json["cells"][2]["dimensions"][key] = value;
            return refusal(json);
        };
        EXPECT_THAT(refused("scheduler", "cfq"), HasSubstr("/cells/2/dimensions/scheduler: \"cfq\" is none of none, mq-deadline, kyber"));
        EXPECT_THAT(refused("scheduler", 1), HasSubstr("/cells/2/dimensions/scheduler: a string is expected"));
        EXPECT_THAT(refused("readahead_bytes", -1), HasSubstr("/cells/2/dimensions/readahead_bytes: a number of at least 0 is expected"));
        EXPECT_THAT(refused("readahead_bytes", "1m"), HasSubstr("a whole number is expected"));
        EXPECT_THAT(refused("io", "odirect"), HasSubstr("/cells/2/dimensions/io: \"odirect\" is none of buffered, direct, mmap"));
        EXPECT_THAT(refused("iodepth", int64_t{1} << 32), HasSubstr("/cells/2/dimensions/iodepth: read iodepth 4294967296: 4294967295 is the most"));
        OrderedJson without = later;
        without["cells"][2]["dimensions"].erase("fio_job");
        EXPECT_THAT(refusal(without), HasSubstr("/cells/2/dimensions/fio_job: this key is missing"));
    }
    EXPECT_THAT(refusal(later), HasSubstr("/cells/0/dimensions/readahead_bytes: this key is not known"));
}

TEST_P(NewDimensionInStore, GetsItsColumnInAFileFromBeforeIt) {
    const auto text = [](const Results& results) { return cells_to_json(results.cells).dump(); };
    Results before = sample_results();
    before.run.id = "before";
    {
        auto store = ResultStore::open(address_);
        ASSERT_TRUE(store) << store.error().message();
        ASSERT_TRUE(store->record_run(before));
    }
    {
        const ScopedDimension readahead(readahead_row());
        const ScopedDimension scheduler(scheduler_row());
        auto store = ResultStore::open(address_);
        ASSERT_TRUE(store) << store.error().message();
        const Results later = with_readahead("later");
        ASSERT_TRUE(store->record_run(later));
        auto loaded = store->load_run("later");
        ASSERT_TRUE(loaded) << loaded.error().message();
        EXPECT_EQ(text(*loaded), text(later));
        auto old = store->load_run("before");
        ASSERT_TRUE(old) << old.error().message();
        EXPECT_EQ(text(*old), text(before));
        EXPECT_EQ(old->cells[0].dimensions.text("scheduler"), "none");
        EXPECT_EQ(one("SELECT count(*) FROM cells WHERE readahead_bytes = 1048576 AND scheduler = 'kyber'"), "1");
    }
    // A program without the dimensions goes on with the file.
    auto store = ResultStore::open(address_);
    ASSERT_TRUE(store) << store.error().message();
    before.run.id = "after";
    ASSERT_TRUE(store->record_run(before));
    EXPECT_EQ(text(store->load_run("after").value()), text(before));
}

TEST_P(NewDimensionInStore, AWordThatIsNoneIsNamedWhenARunIsLoaded) {
    auto store = ResultStore::open(address_);
    ASSERT_TRUE(store) << store.error().message();
    ASSERT_TRUE(store->record_run(sample_results()));
    sql::connect(address_)->run("UPDATE cells SET io = 'odirect'");
    auto loaded = store->load_run(sample_results().run.id);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message(), HasSubstr("read io \"odirect\": known are buffered, direct, mmap"));
}
