// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/pattern/pattern.h"

#include <algorithm>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/results/store/cells.h"
#include "bench/common/plan/cell.h"

namespace diobench {
namespace {

/// 2 layouts, 2 devices, 3 cache states, 2 ways of I/O, 2 block sizes, 2 loads: 96 cells.
std::vector<Cell> suite() {
    std::vector<Cell> out;
    for (const char* layout : {"flat", "chunk"})
        for (const char* device : {"ram", "nvme-80us"})
            for (CacheState state : {CacheState::remote, CacheState::local, CacheState::resident})
                for (IoMode io : {IoMode::buffered, IoMode::direct})
                    for (uint64_t size : {4096, 131072})
                        for (unsigned depth : {1, 32}) {
                            Cell cell;
                            cell.workload = state == CacheState::remote ? "remote-read" : "rand-read";
                            cell.layout = layout;
                            cell.device = device;
                            cell.cache_state = state;
                            cell.io = io;
                            cell.pattern = Pattern::random;
                            cell.block_size_bytes = size;
                            cell.engine = depth == 1 ? "pread" : "libaio";
                            cell.iodepth = depth;
                            out.push_back(cell);
                        }
    return out;
}

std::string said_of(const std::vector<Cell>& cells, const std::function<bool(const Cell&)>& moved) {
    std::vector<std::string> ids;
    std::vector<bool> did;
    for (const auto& cell : cells) {
        ids.push_back(cell.id());
        did.push_back(moved(cell));
    }
    return pattern_words(find_pattern(ids, did), ids);
}

std::string said(const std::function<bool(const Cell&)>& moved) { return said_of(suite(), moved); }

bool remote(const Cell& c) { return c.cache_state == CacheState::remote; }
bool warm(const Cell& c) { return c.cache_state == CacheState::resident; }
bool direct(const Cell& c) { return c.io == IoMode::direct; }

TEST(Pattern, OneDimension) {
    EXPECT_EQ(said(remote), "every remote read: 32 of 32; nothing else: 0 of 64");
    EXPECT_EQ(said(warm), "every warm read: 32 of 32; nothing else: 0 of 64");
    EXPECT_EQ(said([](const Cell& c) { return !direct(c); }), "every buffered read: 48 of 48; nothing else: 0 of 48");
    EXPECT_EQ(said([](const Cell& c) { return c.layout == "chunk"; }), "every read of layout chunk: 48 of 48; nothing else: 0 of 48");
    EXPECT_EQ(said([](const Cell& c) { return c.iodepth == 32; }), "every read, 32 at a time: 48 of 48; nothing else: 0 of 48");
}

TEST(Pattern, SeveralDimensionsAtOnce) {
    EXPECT_EQ(said([](const Cell& c) { return remote(c) && direct(c) && c.block_size_bytes == 4096; }), "every remote direct 4 KiB read: 8 of 8; nothing else: 0 of 88");
    EXPECT_EQ(said([](const Cell& c) { return c.device == "ram" && c.layout == "chunk" && c.iodepth == 1; }),
              "every read of layout chunk on ram, one at a time: 12 of 12; nothing else: 0 of 84");
}

TEST(Pattern, EverythingAndNothing) {
    EXPECT_EQ(said([](const Cell&) { return true; }), "every read that was judged (random reads): 96 of 96");
    EXPECT_TRUE(find_pattern(std::vector<std::string>{"a/x", "a/y"}, {false, false}).groups.empty());
}

TEST(Pattern, OneCellIsNamedWhole) {
    const std::string id = suite()[5].id();
    EXPECT_EQ(said([&](const Cell& c) { return c.id() == id; }), id + "; nothing else: 0 of 95");
    const std::string other = suite()[90].id();
    EXPECT_EQ(said([&](const Cell& c) { return c.id() == id || c.id() == other; }), "2 of 96 tests, without a pattern");
    EXPECT_EQ(said_of({suite()[5]}, [](const Cell&) { return true; }), cell_words(id) + ": 1 of 1");
    EXPECT_EQ(cell_words(id), "remote direct random 4 KiB reads of layout flat on ram by libaio, 32 at a time");
}

TEST(Pattern, OfTwoCellsTheOneIsNamedByWhatItIs) {
    const std::vector<Cell> two = {suite()[0], suite()[4]};
    EXPECT_EQ(said_of(two, direct), cell_words(two[1].id()) + ": 1 of 1; nothing else: 0 of 1");
}

TEST(Pattern, TwoGroups) {
    EXPECT_EQ(said([](const Cell& c) { return remote(c) || (warm(c) && direct(c)); }), "every remote read: 32 of 32; every warm direct read: 16 of 16; nothing else: 0 of 48");
}

TEST(Pattern, ExceptionsAreSaid) {
    EXPECT_EQ(said([](const Cell& c) { return remote(c) && !(c.iodepth == 32 && direct(c) && c.layout == "chunk"); }),
              "remote reads: 28 of 32 (not direct reads of layout chunk, 32 at a time: 0 of 4); nothing else: 0 of 64");
    const std::string id = suite()[0].id();
    EXPECT_EQ(said([&](const Cell& c) { return remote(c) && c.id() != id; }), "remote reads: 31 of 32 (not " + cell_words(id) + "); nothing else: 0 of 64");
}

TEST(Pattern, WhatIsInNoGroupIsCounted) {
    const std::string id = suite().back().id();
    ASSERT_EQ(suite().back().cache_state, CacheState::resident);
    EXPECT_EQ(said([&](const Cell& c) { return remote(c) || c.id() == id; }), "every remote read: 32 of 32; elsewhere 1 of 64");
}

TEST(Pattern, ThousandsOfCellsTakeNoTime) {
    std::vector<Cell> many;
    for (const char* backend : {"fscache", "file-dio", "loop", "raw"})
        for (const char* engine : {"pread", "libaio", "io_uring", "mmap"})
            for (Cell cell : suite()) {
                cell.backend = backend;
                cell.engine = engine;
                many.push_back(cell);
            }
    EXPECT_EQ(said_of(many, [](const Cell& c) { return remote(c) && direct(c) && c.backend == "loop" && c.engine == "libaio"; }),
              "every remote direct read through loop by libaio: 16 of 16; nothing else: 0 of 1520");
}

TEST(Pattern, IdsOfAnotherFormAreInNoGroupButThatOfAll) {
    const std::vector<std::string> ids = {"a/x", "a/y", "a/z"};
    EXPECT_EQ(find_pattern(ids, {true, false, false}).others, std::vector<size_t>{0});
    EXPECT_EQ(pattern_words(find_pattern(ids, {true, true, true}), ids), "every read: 3 of 3");
}

TEST(Point, AnIdHasTheDimensionsOfItsCell) {
    Cell cell = suite()[5];
    cell.numjobs = 4;
    cell.memory_bytes = 48 << 20;
    const auto point = point_of(cell.id());
    ASSERT_EQ(point.size(), point_dimensions().size());
    for (size_t i = 0; i < point.size(); ++i) {
        const Dimension* row = find_dimension(point_dimensions()[i].name);
        EXPECT_EQ(point[i], row != nullptr ? part_of(cell, *row).value_or("") : "jobs4/mem48m") << point_dimensions()[i].name;
    }
    EXPECT_THAT(cell_words(cell.id()), testing::EndsWith("32 at a time, with jobs4 mem48m"));
}

TEST(Point, AGlobMatchesTheSameCells) {
    const auto all = suite();
    for (const auto& where : {std::vector<Literal>{{0, "remote"}}, {{0, "remote"}, {1, "direct"}}, {{2, "chunk"}, {3, "4k"}}, {{5, "qd1"}}, {{7, "ram"}, {5, "qd32"}}}) {
        const std::string glob = id_glob(where);
        for (const auto& cell : all) {
            const auto point = point_of(cell.id());
            const bool is_so = std::all_of(where.begin(), where.end(), [&](const Literal& one) { return point[one.dimension] == one.value; });
            EXPECT_EQ(match_glob(glob, cell.id()), is_so) << glob << " " << cell.id();
        }
    }
    EXPECT_EQ(id_glob(std::vector<Literal>{{0, "remote"}, {1, "direct"}}), "*/remote/direct/*");
    EXPECT_EQ(literals_text(std::vector<Literal>{{0, "remote"}, {1, "direct"}}), "cache_state=remote,io=direct");
}

}  // namespace
}  // namespace diobench
