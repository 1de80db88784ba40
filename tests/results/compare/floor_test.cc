// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/compare/floor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/results/store/cells.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// A read of dio of 4 KiB in so much of the floor's time and so many instructions.
CellResult read_in(double of_floor, double instructions, const std::string& backend = "fscache") {
    CellResult cell = sample_ok_cell("dio", backend, "direct", {512, 0.01 * of_floor, 20000, 0});
    (*cell.metrics)["cpu_ns_per_op.total"] = instructions;
    return cell;
}

/// These, and a floor of 10 ms and 5,000 instructions.
Results run_of(std::vector<CellResult> cells) {
    Results results = sample_results();
    results.cells = std::move(cells);
    results.cells.push_back(read_in(1, 5000, "device"));
    return results;
}

}  // namespace

TEST(Floor, IsNotSpokenOfWhileItHolds) {
    EXPECT_THAT(wrong_floors(run_of({read_in(1.2, 6000), read_in(1.1, 5500, "raw")})), IsEmpty());
    EXPECT_THAT(wrong_floors(run_of({read_in(0.996, 4980)})), IsEmpty());  // less than half a percent
}

TEST(Floor, FewerInstructionsAreSaidWithTheCell) {
    EXPECT_THAT(wrong_floors(run_of({read_in(1.2, 4000)})),
                ElementsAre("The floor is wrong: dio needs fewer instructions per read than the block device itself in 1 cell: "
                            "rand-4k/fscache/flat/ram/local/direct/pread/qd1 by 20.0 % (4,000 instructions, the floor 5,000 instructions)"));
}

TEST(Floor, MoreThroughputIsSaidWithTheCell) {
    EXPECT_THAT(wrong_floors(run_of({read_in(0.99, 6000, "raw")})),
                ElementsAre(AllOf(HasSubstr("The floor is wrong: dio is modelled faster than the block device itself in 1 cell: rand-4k/raw/"), HasSubstr("by 1.0 %"))));
}

TEST(Floor, TheWorstCellsAreNamedAndTheOthersCounted) {
    std::vector<CellResult> cells;
    for (int i = 0; i < 5; ++i) {
        cells.push_back(read_in(1.2, 4900 - 100 * i));
        cells.back().cell += "/" + std::to_string(i);
    }
    EXPECT_THAT(wrong_floors(run_of(cells)), ElementsAre(AllOf(HasSubstr("in 5 cells: rand-4k/fscache/flat/ram/local/direct/pread/qd1/4 by 10.0 %"), EndsWith(" and 2 more"))));
}

TEST(Floor, FixedBuffersLowerIt) {
    CellResult fixed = read_in(0.5, 3000, "device");
    fixed.cell += "-fixed";
    fixed.dimensions.engine = kFixedBuffers;
    EXPECT_THAT(wrong_floors(run_of({read_in(0.8, 4000), fixed})), IsEmpty());
}

TEST(Floor, OfAnotherReadOrKernelCannotBeWrong) {
    CellResult deep = read_in(0.1, 1000);
    deep.dimensions.iodepth = 32;
    CellResult more = read_in(0.1, 1000);
    (*more.metrics)["ops"] = int64_t{4096};
    CellResult other = read_in(0.1, 1000);
    other.kernel = "fallback";
    for (const auto& cell : {deep, more, other}) EXPECT_THAT(wrong_floors(run_of({cell})), IsEmpty());
}

TEST(Floor, OlderRunsHaveNoneToBeWrong) {
    EXPECT_THAT(wrong_floors(sample_results()), IsEmpty());
    Results results = run_of({read_in(0.1, 1000)});
    results.cells.back().status = CellStatus::failed;
    results.cells.back().metrics.reset();
    EXPECT_THAT(wrong_floors(results), IsEmpty());
}

TEST(Floor, ARealClockHasNoise) {
    Results results = run_of({read_in(0.95, 6000)});
    results.run.clock.kind = "real";
    EXPECT_THAT(wrong_floors(results), IsEmpty());
    results = run_of({read_in(0.8, 6000)});
    results.run.clock.kind = "real";
    EXPECT_THAT(wrong_floors(results), ElementsAre(HasSubstr("dio is faster than the block device itself")));
}
