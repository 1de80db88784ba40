// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/dimensions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "bench/common/plan/guest_plan.h"
#include "tests/common/plan/new_dimensions.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

Cell plain_cell() {
    Cell cell;
    cell.workload = "w";
    cell.layout = "flat";
    cell.device = "ram";
    cell.engine = "pread";
    return cell;
}

/// The cell as the guest reads it.
Result<Cell> told_to_a_guest(const Cell& cell) {
    GuestPlan plan;
    plan.cells = {cell};
    auto back = GuestPlan::from_json(nlohmann::json::parse(plan.to_json().dump()));
    if (!back) return forward(back);
    return back->cells.front();
}

constexpr const char* kPlainId = "w/fscache/flat/ram/local/direct/sequential/4k/pread/qd1";

}  // namespace

TEST(DimensionTable, RowsAreWhatTheirFormSays) {
    std::set<std::string_view> names;
    std::set<std::string_view> keys;
    std::string_view last;
    for (const auto& row : dimension_table()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_FALSE(row.help.empty()) << row.name;
        EXPECT_EQ(row.is_text(), row.form == DimensionForm::name || row.form == DimensionForm::word) << row.name;
        EXPECT_EQ(row.place.words.empty(), row.form != DimensionForm::word) << row.name;
        EXPECT_EQ(row.name.ends_with("_bytes"), row.form == DimensionForm::size) << row.name;
        EXPECT_TRUE(check_value(row, row.place.usual)) << row.name;
        EXPECT_TRUE(row.is_text() || row.part != nullptr || !row.prefix.empty()) << row.name << ": a number alone says nothing";
        if (row.key.empty() || row.key == last) continue;
        EXPECT_TRUE(keys.insert(row.key).second) << row.key << ": rows of one key stand together";
        EXPECT_FALSE(row.example.empty()) << row.key;
        last = row.key;
    }
}

TEST(DimensionTable, EveryValueComesBackFromItsPlace) {
    for (const auto& row : dimension_table()) {
        Dimensions d;
        const DimensionValue value = row.form == DimensionForm::word ? DimensionValue(std::string(row.place.words.back()))
            : row.is_text()                                          ? DimensionValue("another")
                                                                     : DimensionValue(uint64_t{777});
        ASSERT_TRUE(set_value(d, row, value)) << row.name;
        EXPECT_EQ(value_of(d, row), value) << row.name;
        EXPECT_NE(d, Dimensions()) << row.name;
        for (const auto& other : dimension_table())
            EXPECT_TRUE(other.name == row.name || value_of(d, other) == other.place.usual) << row.name << " changed " << other.name;
    }
}

TEST(DimensionTable, ValuesThatCannotBeAreRefused) {
    Dimensions d;
    EXPECT_THAT(set_value(d, *find_dimension("io"), "odirect").error().message(), HasSubstr("read io \"odirect\": known are buffered, direct, mmap"));
    EXPECT_THAT(set_value(d, *find_dimension("io"), uint64_t{1}).error().message(), HasSubstr("a text is expected"));
    EXPECT_THAT(set_value(d, *find_dimension("iodepth"), "1").error().message(), HasSubstr("a whole number is expected"));
    EXPECT_THAT(set_value(d, *find_dimension("iodepth"), uint64_t{1} << 32).error().message(), HasSubstr("4294967295 is the most"));
    EXPECT_EQ(d, Dimensions());
}

TEST(DimensionTable, JsonHasTheOrderOfTheRows) {
    EXPECT_EQ(dimensions_to_json<nlohmann::ordered_json>(plain_cell()).dump(),
              R"({"backend":"fscache","layout":"flat","device":"ram","cache_state":"local","io":"direct","pattern":"sequential","block_size_bytes":4096,)"
              R"("engine":"pread","iodepth":1,"numjobs":1,"span_bytes":0,"arrival":"closed","rate_iops":0,"memory_bytes":0,"neighbour_bytes":0,)"
              R"("fetch":"lan","trace":"","fio_job":""})");
}

TEST(DimensionTable, VariantsAreTheEndsOfIdsWithoutWhatHasALabel) {
    Cell cell = plain_cell();
    EXPECT_EQ(variant_of(cell), "");
    cell.numjobs = 4;
    cell.arrival = Arrival::constant;
    cell.rate_iops = 5000;
    cell.memory_bytes = 48 << 20;
    cell.fetch = "region";  // of a cell that is local: no matter
    EXPECT_EQ(variant_of(cell), "constant5000/mem48m");
    cell.cache_state = CacheState::remote;
    EXPECT_EQ(variant_of(cell), "constant5000/mem48m/region");
    Cell trace = plain_cell();
    trace.pattern = Pattern::trace;
    trace.trace = "start";
    trace.block_size_bytes = 0;
    trace.arrival = Arrival::trace;
    EXPECT_EQ(trace.id(), "w/fscache/flat/ram/local/direct/trace-start/mixed/pread/qd1/timed");
    EXPECT_EQ(variant_of(trace), "timed/start");
    Cell null = plain_cell();
    null.backend = kNull;
    null.engine = "null";
    EXPECT_EQ(null.id(), "w/null/ram/4k/null/qd1");
}

TEST(NewDimension, OneRowIsInIdsOfCellsThatAreNotAsUsual) {
    const ScopedDimension readahead(readahead_row());
    const ScopedDimension scheduler(scheduler_row());
    Cell cell = plain_cell();
    EXPECT_EQ(cell.id(), kPlainId);
    EXPECT_EQ(cell.number("readahead_bytes"), 131072u);
    EXPECT_EQ(cell.text("scheduler"), "none");
    ASSERT_TRUE(set_value(cell, *find_dimension("readahead_bytes"), uint64_t{1 << 20}));
    ASSERT_TRUE(set_value(cell, *find_dimension("scheduler"), "kyber"));
    EXPECT_EQ(cell.id(), std::string(kPlainId) + "/readahead1m/kyber");
    EXPECT_EQ(variant_of(cell), "readahead1m") << "the scheduler has a label";
    EXPECT_EQ(cell.number("readahead_bytes"), 1u << 20);
    EXPECT_EQ(cell.text("scheduler"), "kyber");
    ASSERT_TRUE(set_value(cell, *find_dimension("readahead_bytes"), uint64_t{131072}));
    ASSERT_TRUE(set_value(cell, *find_dimension("scheduler"), "none"));
    EXPECT_EQ(static_cast<const Dimensions&>(cell), static_cast<const Dimensions&>(plain_cell()));
}

TEST(NewDimension, OneRowIsToldToTheGuest) {
    const ScopedDimension readahead(readahead_row());
    const ScopedDimension scheduler(scheduler_row());
    Cell cell = plain_cell();
    ASSERT_TRUE(set_value(cell, *find_dimension("readahead_bytes"), uint64_t{1 << 20}));
    auto back = told_to_a_guest(cell);
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(back->id(), cell.id());
    EXPECT_EQ(back->dimensions().at("readahead_bytes"), 1 << 20);
    EXPECT_EQ(back->dimensions().at("scheduler"), "none");
    auto json = cell.to_json();
    json["scheduler"] = "cfq";
    EXPECT_THAT(Cell::from_json(json).error().message(), HasSubstr("read scheduler \"cfq\": known are none, mq-deadline, kyber"));
    json.erase("scheduler");
    EXPECT_EQ(Cell::from_json(json)->text("scheduler"), "none") << "a plan from before the dimension";
    json.erase("trace");
    EXPECT_THAT(Cell::from_json(json).error().message(), HasSubstr("trace"));
}

TEST(NewDimension, IsGoneWithItsScope) {
    const size_t rows = dimension_table().size();
    { const ScopedDimension readahead(readahead_row()); }
    EXPECT_EQ(dimension_table().size(), rows);
    EXPECT_EQ(find_dimension("readahead_bytes"), nullptr);
    EXPECT_FALSE(plain_cell().dimensions().contains("readahead_bytes"));
}
