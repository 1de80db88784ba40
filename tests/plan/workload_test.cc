// SPDX-License-Identifier: GPL-2.0-only
#include "bench/plan/workload.h"

#include <gtest/gtest.h>

#include "bench/base/paths.h"

using namespace diobench;

namespace {

const std::vector<EngineLimit> kEngines = {{"pread", 1}, {"libaio", 4096}, {"io_uring", 4096}, {"null", 4096}};

WorkloadSet profiles() {
    WorkloadSet set;
    set.devices.push_back({{"ram", "brd", 0, 0, "/dev/ram0"}, ""});
    set.fetches.push_back({{"lan", 200000, 1000}, ""});
    return set;
}

const std::string kGood = R"(name = "w"
question = "What?"
suites = ["quick"]
[[cells]]
backend = ["fscache"]
layout = ["flat", "chunk"]
device = ["ram"]
cache_state = ["local"]
io = ["buffered", "direct"]
pattern = "random"
block_size = ["4k", "128k"]
load = ["pread:1", "libaio:32"]
size = "1m"
number_ios = 100
)";

std::string replaced(std::string from, std::string to) {
    std::string text = kGood;
    text.replace(text.find(from), from.size(), to);
    return text;
}

std::string refusal(const std::string& text) {
    auto parsed = parse_workload(text, "dir/w.toml", profiles(), kEngines);
    return parsed ? "accepted" : parsed.error().message();
}

}  // namespace

TEST(Workload, IsTheCrossProductOfItsLists) {
    auto w = parse_workload(kGood, "dir/w.toml", profiles(), kEngines);
    ASSERT_TRUE(w) << w.error().message();
    ASSERT_EQ(w->cells.size(), 2u * 2 * 2 * 2);
    EXPECT_EQ(w->cells.front().id(), "w/fscache/flat/ram/local/buffered/random/4k/pread/qd1");
    EXPECT_EQ(w->cells.front().ops, 100u) << "number_ios bounds it";
    EXPECT_EQ(w->cells[2].block_size_bytes, 131072u);
    EXPECT_EQ(w->cells[2].ops, 8u) << "size bounds it";
}

TEST(Workload, MistakesAreNamedWithFileLineKeyAndWhatWouldBeRight) {
    struct Case {
        std::string from, to, wants;
    };
    for (const Case& c : {
             Case{"block_size", "blocksize", "block_size"},
             Case{"number_ios = 100", "number_ios = 100\nruntime = 3", "dir/w.toml:15: runtime: unknown key in [[cells]]"},
             Case{"suites = [\"quick\"]", "suites = [\"quick\"]\ncolour = 1", "dir/w.toml:4: colour: unknown key"},
             Case{"\"4k\"", "\"4q\"", "dir/w.toml:11: block_size"},
             Case{"\"4k\"", "\"6000\"", "not a multiple of 4096"},
             Case{"\"128k\"", "\"1g\"", "less than one block"},
             Case{"libaio:32", "libaio", "engine:iodepth"},
             Case{"libaio:32", "pread:2", "at most 1"},
             Case{"libaio:32", "psync:1", "known engines are pread, libaio, io_uring, null"},
             Case{"libaio:32", "null:1", "belong together"},
             Case{"\"ram\"", "\"floppy\"", "known devices are ram"},
             Case{"\"chunk\"", "\"chunky\"", "known layouts are"},
             Case{"\"local\"", "\"lokal\"", "remote, local, resident"},
             Case{"\"fscache\"", "\"raw\"", "backend raw"},
             Case{"\"chunk\"", "\"flat\"", "this cell is here twice"},
             Case{"name = \"w\"", "name = \"v\"", "not the name of the file"},
             Case{"number_ios = 100", "number_ios = -1", "positive number"},
             Case{"number_ios = 100", "number_ios = ", "dir/w.toml:14"},
             Case{"size = \"1m\"", "size = \"1m\"\nfetch = \"moon\"", "known are lan"},
         }) {
        std::string said = refusal(replaced(c.from, c.to));
        EXPECT_NE(said.find(c.wants), std::string::npos) << c.to << ": " << said;
        EXPECT_NE(said.find("dir/w.toml:"), std::string::npos) << said;
    }
}

TEST(Workload, TheShippedOnesAreReadAndQuickCoversWhatItPromises) {
    auto set = load_workloads(project_root() / "workloads", kEngines);
    ASSERT_TRUE(set) << set.error().message();
    auto cells = set->suite("quick");
    ASSERT_TRUE(cells);
    auto has = [&](auto predicate) { return std::any_of(cells->begin(), cells->end(), predicate); };
    for (const char* device : {"ram", "nvme-80us"})
        for (uint64_t size : {4096u, 131072u, 1048576u})
            for (auto [engine, iodepth] : {std::pair{"pread", 1u}, {"io_uring", 1u}, {"libaio", 32u}, {"io_uring", 32u}})
                for (Pattern pattern : {Pattern::sequential, Pattern::random})
                    for (IoMode io : {IoMode::buffered, IoMode::direct})
                        EXPECT_TRUE(has([&](const Cell& c) {
                            return c.backend == Backend::fscache && c.device == device && c.block_size_bytes == size && c.engine == engine &&
                                   c.iodepth == iodepth && c.pattern == pattern && c.io == io && c.cache_state == CacheState::local;
                        })) << device << size << engine << iodepth;
    EXPECT_TRUE(has([](const Cell& c) { return c.cache_state == CacheState::remote; }));
    EXPECT_TRUE(has([](const Cell& c) { return c.cache_state == CacheState::resident; }));
    // Every direct local cell on a flat image has its limit line.
    for (const Cell& c : *cells) {
        if (c.backend != Backend::fscache || c.layout != "flat" || c.cache_state != CacheState::local || c.io != IoMode::direct) continue;
        EXPECT_TRUE(has([&](const Cell& raw) {
            return raw.backend == Backend::raw && raw.device == c.device && raw.pattern == c.pattern && raw.engine == c.engine &&
                   raw.iodepth == c.iodepth && raw.block_size_bytes == c.block_size_bytes && raw.ops == c.ops;
        })) << c.id();
    }
    EXPECT_FALSE(set->suite("no-such"));
}
