// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/cell_filter.h"

#include <gmock/gmock.h>

using namespace diobench;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Cell read_of(IoMode io, uint64_t block_size_bytes, CacheState state = CacheState::local, std::string backend = "fscache") {
    Cell cell;
    cell.workload = block_size_bytes == 4096 ? "rand-read" : "seq-read";
    cell.backend = std::move(backend);
    cell.layout = "flat";
    cell.device = "ram";
    cell.cache_state = state;
    cell.io = io;
    cell.pattern = block_size_bytes == 4096 ? Pattern::random : Pattern::sequential;
    cell.block_size_bytes = block_size_bytes;
    cell.engine = "pread";
    return cell;
}

class CellFilterTest : public testing::Test {
protected:
    Result<std::vector<size_t>> choose(const CellFilter& filter) { return choose_cells(filter, named_cells(cells_), "suite s"); }
    std::string error(const CellFilter& filter) {
        auto chosen = choose(filter);
        return chosen ? "" : chosen.error().message();
    }

    std::vector<Cell> cells_ = {read_of(IoMode::direct, 4096), read_of(IoMode::buffered, 4096), read_of(IoMode::direct, 128 << 10), read_of(IoMode::buffered, 128 << 10, CacheState::remote),
                                read_of(IoMode::direct, 4096, CacheState::local, "null")};
};

TEST_F(CellFilterTest, TakesAllIfNothingIsSaid) {
    EXPECT_THAT(*choose({}), ElementsAre(0, 1, 2, 3, 4));
    cells_.clear();
    EXPECT_TRUE(choose({})) << "an empty run has nothing to be filtered";
}

TEST_F(CellFilterTest, GlobsIdsAndLabels) {
    EXPECT_THAT(*choose({"rand-read/*/buffered/*", ""}), ElementsAre(1));
    EXPECT_THAT(*choose({"seq 128k qd1 pread", ""}), ElementsAre(2, 3));
    EXPECT_THAT(*choose({"rand 4k *", ""}), ElementsAre(0, 1, 4));
}

TEST_F(CellFilterTest, TakesValuesOfDimensions) {
    EXPECT_THAT(*choose({"*", "io=direct,block_size=4k"}), ElementsAre(0)) << "back end null reads nothing, in whatever way";
    EXPECT_THAT(*choose({"*", "block_size=4k|128KiB, cache_state=local"}), ElementsAre(0, 1, 2)) << "nor does it from anywhere";
    EXPECT_THAT(*choose({"*", "block_size_bytes=4096"}), ElementsAre(0, 1, 4)) << "names of the table and plain numbers";
    EXPECT_THAT(*choose({"*", "workload=seq-read,iodepth=1,neighbour=0"}), ElementsAre(2, 3));
    EXPECT_THAT(*choose({"*/remote/*", "io=buffered"}), ElementsAre(3));
    EXPECT_THAT(*choose({"*", "backend=null"}), ElementsAre(4));
}

TEST_F(CellFilterTest, NamesAllFaultsAtOnce) {
    EXPECT_THAT(error({"*", "iomode=direct,io=dirct,block_size=4q,iodepth=-1,layout=falt,direct,device=ram,device=ram"}),
                AllOf(HasSubstr("there is no dimension \"iomode\"; there are workload, backend, layout, device, cache_state, io, pattern, block_size, engine, iodepth"),
                      HasSubstr("io=\"dirct\": known are buffered, direct, mmap"), HasSubstr("block_size=\"4q\": a size as fio writes it"), HasSubstr("iodepth=\"-1\": a whole number"),
                      HasSubstr("layout=\"falt\": there are flat"), HasSubstr("\"direct\": a condition is NAME=VALUE"), HasSubstr("device is there twice")));
    EXPECT_THAT(error({"*", "io=direct|"}), HasSubstr("io=\"\""));
}

TEST_F(CellFilterTest, NamesTheConditionThatExcludesEverything) {
    EXPECT_THAT(error({"*", "io=direct,block_size=1m"}), HasSubstr("no cell of suite s has block_size=1m: their block_size is 4k, 128k"));
    EXPECT_THAT(error({"*", "io=direct,cache_state=remote"}), HasSubstr("none of the 2 cells of suite s that the rest leaves has cache_state=remote: their cache_state is local"));
    EXPECT_THAT(error({"no/such*", ""}), AllOf(HasSubstr("--filter no/such*"), HasSubstr("no cell of suite s has such an id"), HasSubstr("rand-read/fscache/flat/ram/local/direct/random/4k/pread/qd1")));
    EXPECT_THAT(error({"rand 8k qd1 pread", ""}), AllOf(HasSubstr("has this label"), HasSubstr("rand 4k qd1 pread, seq 128k qd1 pread")));
}

TEST_F(CellFilterTest, FindsTheOneCellOfAName) {
    const auto cells = named_cells(cells_);
    EXPECT_EQ(*find_named_cell(cells[2].id, cells, "suite s"), 2U);
    auto several = find_named_cell("seq 128k qd1 pread", cells, "suite s");
    ASSERT_FALSE(several);
    EXPECT_THAT(several.error().message(), AllOf(HasSubstr("2 cells of suite s have this label"), HasSubstr(cells[2].id), HasSubstr(cells[3].id)));
    cells_.resize(3);
    EXPECT_EQ(*find_named_cell("seq 128k qd1 pread", named_cells(cells_), "suite s"), 2U);
    EXPECT_FALSE(find_named_cell("seq-read", cells, "suite s"));
}

TEST_F(CellFilterTest, SaysWhatWasAsked) {
    EXPECT_EQ(CellFilter().text(), "*");
    EXPECT_EQ((CellFilter{"*", "io=direct"}.text()), "io=direct");
    EXPECT_EQ((CellFilter{"*/4k/*", "io=direct"}.text()), "*/4k/* io=direct");
    EXPECT_THAT((CellFilter{"*/4k/*", "io=direct"}.words()), ElementsAre("--filter", "*/4k/*", "--where", "io=direct"));
    EXPECT_TRUE(CellFilter().words().empty());
}

}  // namespace
