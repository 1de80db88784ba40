// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/conformance_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace diobench {
namespace {

using ::testing::HasSubstr;

Dimensions reading(const std::string& layout, const std::string& io, const std::string& backend = "fscache") {
    Dimensions d;
    d.backend = backend;
    d.layout = layout;
    d.io = parse_enum<IoMode>(io).value();
    return d;
}

CellResult cell(const Dimensions& dimensions) {
    CellResult out;
    out.kernel = "dio";
    out.cell = "a-cell";
    out.dimensions = dimensions;
    out.status = CellStatus::ok;
    out.observed_io = ObservedIo::direct;
    out.metrics = Metrics{{"ops", int64_t{1}}};
    return out;
}

TEST(Concerns, DataCasesSpeakOfTheirLayoutAndMode) {
    EXPECT_TRUE(concerns("data/sparse-64k/buffered-sequential", reading("sparse", "buffered")));
    EXPECT_FALSE(concerns("data/sparse-64k/buffered-sequential", reading("sparse", "direct")));
    EXPECT_FALSE(concerns("data/sparse-64k/buffered-sequential", reading("flat", "buffered")));
    EXPECT_TRUE(concerns("data/index-64k/direct-4k", reading("chunk", "direct")));
    EXPECT_FALSE(concerns("data/inline-tail/direct-4k", reading("flat", "direct")));
    EXPECT_TRUE(concerns("data/flat/mmap", reading("flat", "mmap")));
    EXPECT_TRUE(concerns("data/flat/direct-4k", reading("small", "direct")));
    EXPECT_TRUE(concerns("data/inline-tail/direct-4k", reading("small-tail", "direct")));
    EXPECT_TRUE(concerns("data/scattered-4k/direct-4k", reading("small-scattered", "direct")));
    EXPECT_TRUE(concerns("data/blobs/direct-4k", reading("small-devices", "direct")));
    EXPECT_FALSE(concerns("data/blobs/direct-4k", reading("small-tail", "direct")));
}

TEST(Concerns, CasesOfCompressedDataSpeakOfCompressedLayouts) {
    EXPECT_TRUE(concerns("compressed/partly-here", reading("compressed", "buffered")));
    EXPECT_FALSE(concerns("compressed/partly-here", reading("flat", "direct")));
    EXPECT_FALSE(concerns("compressed/daemon-fills-nothing", reading("flat", "buffered")));
}

TEST(Concerns, OtherCasesSpeakOfAModeOrOfAll) {
    EXPECT_TRUE(concerns("iterators/preadv", reading("flat", "direct")));
    EXPECT_FALSE(concerns("iterators/preadv", reading("flat", "buffered")));
    EXPECT_TRUE(concerns("failure/daemon-silent", reading("flat", "buffered")));
    EXPECT_FALSE(concerns("failure/device-mmap", reading("flat", "buffered")));
    EXPECT_TRUE(concerns("cache/remount", reading("flat", "buffered")));
    EXPECT_FALSE(concerns("cache/blocks-1k-direct", reading("flat", "buffered")));
    EXPECT_TRUE(concerns("end-of-file/behind-direct", reading("chunk", "direct")));
    EXPECT_FALSE(concerns("end-of-file/behind-direct", reading("chunk", "buffered")));
    EXPECT_FALSE(concerns("mount/superblock-places", reading("flat", "direct")));
    EXPECT_TRUE(concerns("lookups/found", reading("flat", "buffered")));
}

TEST(Concerns, CasesOfABackEndSpeakOfItsCells) {
    EXPECT_TRUE(concerns("data/flat/every-way@loop", reading("flat", "direct", "loop")));
    EXPECT_TRUE(concerns("data/flat/every-way@loop", reading("flat", "mmap", "loop")));
    EXPECT_FALSE(concerns("data/flat/every-way@loop", reading("flat", "direct")));
    EXPECT_FALSE(concerns("data/flat/every-way@loop", reading("flat", "direct", "loop-directio")));
    EXPECT_FALSE(concerns("data/flat/every-way@loop", reading("sparse", "direct", "loop")));
    EXPECT_FALSE(concerns("data/flat/direct-4k", reading("flat", "direct", "loop")));
}

TEST(Concerns, WhatDoesNotReadThroughFscacheIsNotConcerned) {
    EXPECT_FALSE(concerns("failure/daemon-silent", reading("flat", "direct", "raw")));
    EXPECT_FALSE(concerns("data/flat/direct-4k", reading("flat", "direct", "raw")));
}

TEST(RefuseNumbers, TakesTheNumberAndSaysWhichCase) {
    std::vector<CellResult> cells = {cell(reading("flat", "direct")), cell(reading("flat", "buffered")), cell(reading("flat", "direct", "raw"))};
    cells.push_back(cell(reading("flat", "direct")));
    cells.back().kernel = "other";
    refuse_numbers(cells, "dio", {{"data/flat/direct-4k", ConformanceStatus::fail, false, "stale bytes\nmore", 1, ""}});
    EXPECT_EQ(cells[0].status, CellStatus::invalid);
    EXPECT_THAT(cells[0].reason, HasSubstr("data/flat/direct-4k"));
    EXPECT_EQ(cells[0].reason.find('\n'), std::string::npos);
    EXPECT_FALSE(cells[0].metrics.has_value());
    EXPECT_FALSE(cells[0].observed_io.has_value());
    for (size_t i : {1u, 2u, 3u}) EXPECT_EQ(cells[i].status, CellStatus::ok) << i;
}

TEST(RefuseNumbers, ANewFailureDecidesBeforeAKnownOne) {
    std::vector<CellResult> cells = {cell(reading("flat", "direct"))};
    refuse_numbers(cells, "dio", {{"data/flat/direct-4k", ConformanceStatus::fail, true, "known", 1, ""},
                                  {"signals/sigkill", ConformanceStatus::fail, false, "new", 1, ""}});
    EXPECT_THAT(cells[0].reason, HasSubstr("signals/sigkill"));
    EXPECT_FALSE(cells[0].known);
    cells = {cell(reading("flat", "direct"))};
    refuse_numbers(cells, "dio", {{"data/flat/direct-4k", ConformanceStatus::fail, true, "known", 1, ""}});
    EXPECT_TRUE(cells[0].known);
}

TEST(RefuseNumbers, WaitingAndDaemonsThatASeriesDeclaresAreMeasured) {
    for (const char* name : {"asynchrony/libaio-misses-overlap", "nowait/io-uring-direct", "protocol/close-unread"}) {
        std::vector<CellResult> cells = {cell(reading("flat", "direct"))};
        refuse_numbers(cells, "dio", {{name, ConformanceStatus::fail, true, "somebody waits", 1, ""}});
        EXPECT_EQ(cells[0].status, CellStatus::ok) << name;
        refuse_numbers(cells, "dio", {{name, ConformanceStatus::fail, false, "somebody waits", 1, ""}});
        EXPECT_EQ(cells[0].status, CellStatus::invalid) << name;
    }
}

TEST(RefuseNumbers, WhatIsKnownOfTwoCpusAloneIsMeasured) {
    std::vector<CellResult> cells = {cell(reading("flat", "direct"))};
    refuse_numbers(cells, "dio", {{"concurrency/all-kinds-ram", ConformanceStatus::fail, true, "a circle " + std::string(kKnownOnSmp) + "why)", 1, ""}});
    EXPECT_EQ(cells[0].status, CellStatus::ok);
    refuse_numbers(cells, "dio", {{"concurrency/all-kinds-ram", ConformanceStatus::fail, true, "a circle (known: why)", 1, ""}});
    EXPECT_EQ(cells[0].status, CellStatus::invalid);
}

}  // namespace
}  // namespace diobench
