// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/workload/workload.h"

#include <gtest/gtest.h>

#include "tests/common/plan/new_dimensions.h"

using namespace diobench;

namespace {

const Abilities kAbilities = {{{"pread", 1}, {"libaio", 4096}, {"io_uring", 4096}, {"null", 4096}, {"mmap", 1, true}, {"open-pread-close", 1}, {"fio-libaio", 4096}},
                              {{"fscache", true}, {"raw", false, true, true}, {"loop"}}};

WorkloadSet profiles() {
    WorkloadSet set;
    set.devices.push_back({{"ram", std::string(kSimulated), 0, 0, 0, ""}, ""});
    set.fetches.push_back({{"lan", 200000, 1000, 0}, ""});
    set.traces.push_back({"start", "# diobench-trace 1\n0 data.bin 0 4096 buffered\n10 data.bin 8192 4096 direct\n"});
    set.fio_jobs.push_back({"mine", "[job]\nrw=randread\nbs=8k\ndirect=1\nioengine=libaio\niodepth=4\nnumber_ios=64\n"});
    set.fio_jobs.push_back({"writes", "[job]\nrw=randwrite\nbs=8k\n"});
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
    auto parsed = parse_workload(text, "dir/w.toml", profiles(), kAbilities);
    return parsed ? "accepted" : parsed.error().message();
}

}  // namespace

TEST(Workload, IsTheCrossProductOfItsLists) {
    auto w = parse_workload(kGood, "dir/w.toml", profiles(), kAbilities);
    ASSERT_TRUE(w) << w.error().message();
    ASSERT_EQ(w->cells.size(), 2u * 2 * 2 * 2);
    EXPECT_EQ(w->cells.front().id(), "w/fscache/flat/ram/local/buffered/random/4k/pread/qd1");
    EXPECT_EQ(w->cells.front().ops, 100u) << "number_ios bounds it";
    EXPECT_EQ(w->cells[2].block_size_bytes, 131072u);
    EXPECT_EQ(w->cells[2].ops, 8u) << "size bounds it";
}

TEST(Workload, AllMistakesAreToldAtOnce) {
    const std::string told = refusal("name = \"v\"\nquestion = 1\n[[cells]]\nbackend = [\"fscache\", \"fcsache\"]\nlayout = [\"flat\", \"chunky\"]\ndevice = [\"floppy\"]\n"
                                     "cache_state = [\"local\"]\nio = [\"direct\"]\npattern = \"random\"\nblock_size = [\"4q\", \"5q\"]\nload = [\"pread:2\"]\nsize = \"1m\"\nnumber_ios = 100\ncurve = 1\nx = 1\n");
    for (const char* wanted : {"is not the name of the file", "w.toml:2: question", "has no \"suites\"", "\"fcsache\"", "chunky", "\"floppy\"", "\"4q\"", "\"5q\"", "at most 1",
                               "w.toml:14: curve", "w.toml:15: x: unknown key"})
        EXPECT_NE(told.find(wanted), std::string::npos) << wanted << " is not in\n" << told;
    EXPECT_EQ(told.find("size: unknown"), std::string::npos) << told;
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
             Case{"\"chunk\"", "known layouts are"},
             Case{"\"local\"", "\"lokal\"", "remote, local, resident"},
             Case{"\"fscache\"", "\"raw\"", "backend raw"},
             Case{"\"chunk\"", "\"flat\"", "this cell is here twice"},
             Case{"name = \"w\"", "name = \"v\"", "not the name of the file"},
             Case{"number_ios = 100", "number_ios = -1", "positive number"},
             Case{"number_ios = 100", "number_ios = ", "dir/w.toml:14"},
             Case{"\"fscache\"", "\"nfs\"", "known are null, fscache, raw, loop"},
             Case{"[\"buffered\", \"direct\"]", "\"mmap\"", "needs an engine that maps"},
             Case{"pread:1", "mmap:1", "io = mmap"},
             Case{"\"random\"", "\"tree\"", "block_size: unknown key"},
             Case{"\"random\"", "\"trace\"", "without pattern"},
             Case{"number_ios = 100", "number_ios = 100\nnumjobs = \"65\"", "1 to 64 are right"},
             Case{"number_ios = 100", "number_ios = 100\nrate = \"often:9\"", "constant:IOPS or poisson:IOPS"},
             Case{"number_ios = 100", "number_ios = 100\nspan = \"1g\"", "more than the files of layout"},
             Case{"number_ios = 100", "number_ios = 100\nmemory = \"1m\"", "24m to 384m are"},
             Case{"number_ios = 100", "number_ios = 100\nneighbour = \"8m\"", "needs a memory limit"},
             Case{"number_ios = 100", "number_ios = 100\nmemory = \"32m\"\nneighbour = \"32m\"", "does not fit into memory"},
             Case{"libaio:32", "libaio:4096", "of buffers"},
             Case{"number_ios = 100", "number_ios = 100\ntrace = \"moon\"", "known are start"},
             Case{"number_ios = 100", "fio_job = \"moon\"", "known are mine"},
             Case{"\"local\"", "\"remote\"]\ndevice_x = [\"y\"", "device_x: unknown key"},
             Case{"size = \"1m\"", "size = \"1m\"\nfetch = \"moon\"", "known are lan"},
         }) {
        std::string said = refusal(replaced(c.from, c.to));
        EXPECT_NE(said.find(c.wants), std::string::npos) << c.to << ": " << said;
        EXPECT_NE(said.find("dir/w.toml:"), std::string::npos) << said;
    }
}

TEST(Workload, ATraceAndAFioJobSayThemselvesHowTheyRead) {
    const std::string head = "name = \"w\"\nquestion = \"What?\"\nsuites = [\"quick\"]\n[[cells]]\nbackend = \"fscache\"\nlayout = \"flat\"\n"
                             "device = \"ram\"\ncache_state = \"local\"\n";
    auto traced = parse_workload(head + "io = \"direct\"\ntrace = \"start\"\nreplay = \"timed\"\nload = \"pread:1\"\n", "dir/w.toml", profiles(), kAbilities);
    ASSERT_TRUE(traced) << traced.error().message();
    EXPECT_EQ(traced->cells.front().id(), "w/fscache/flat/ram/local/direct/trace-start/mixed/pread/qd1/timed");
    EXPECT_EQ(traced->cells.front().ops, 2u);
    auto job = parse_workload(head + "fio_job = \"mine\"\n", "dir/w.toml", profiles(), kAbilities);
    ASSERT_TRUE(job) << job.error().message();
    EXPECT_EQ(job->cells.front().id(), "w/fscache/flat/ram/local/direct/random/8k/fio/qd4/mine");
    auto writes = parse_workload(head + "fio_job = \"writes\"\n", "dir/w.toml", profiles(), kAbilities);
    ASSERT_FALSE(writes);
    EXPECT_NE(writes.error().message().find("nothing is left of it to read: [job] (it writes"), std::string::npos) << writes.error().message();
    auto sparse = parse_workload(head + "io = \"direct\"\ntrace = \"start\"\nload = \"pread:1\"\nreplay = \"slowly\"\n", "dir/w.toml", profiles(), kAbilities);
    ASSERT_FALSE(sparse);
    EXPECT_NE(sparse.error().message().find("\"timed\""), std::string::npos);
}

TEST(Workload, ANewDimensionIsAKeyThatExpands) {
    const ScopedDimension readahead(readahead_row());
    const ScopedDimension scheduler(scheduler_row());
    auto w = parse_workload(kGood + "readahead = [\"128k\", \"1m\"]\nscheduler = \"kyber\"\n", "dir/w.toml", profiles(), kAbilities);
    ASSERT_TRUE(w) << w.error().message();
    ASSERT_EQ(w->cells.size(), 2u * 2 * 2 * 2 * 2);
    EXPECT_EQ(w->cells[0].id(), "w/fscache/flat/ram/local/buffered/random/4k/pread/qd1/kyber");
    EXPECT_EQ(w->cells[1].id(), "w/fscache/flat/ram/local/buffered/random/4k/pread/qd1/readahead1m/kyber");
    EXPECT_EQ(w->cells[1].number("readahead_bytes"), 1u << 20);
    auto usual = parse_workload(kGood, "dir/w.toml", profiles(), kAbilities);
    ASSERT_TRUE(usual) << usual.error().message();
    EXPECT_EQ(usual->cells.front().text("scheduler"), "none");

    auto refused = [](const std::string& line) { return refusal(kGood + line); };
    EXPECT_NE(refused("scheduler = \"cfq\"\n").find("dir/w.toml:15: scheduler: read scheduler \"cfq\": known are none, mq-deadline, kyber"), std::string::npos)
        << refused("scheduler = \"cfq\"\n");
    EXPECT_NE(refused("readahead = \"much\"\n").find("dir/w.toml:15: readahead: read size \"much\""), std::string::npos);
    EXPECT_NE(refused("read_ahead = \"1m\"\n").find("read_ahead: unknown key"), std::string::npos);
}

TEST(Workload, AKeyOfNoDimensionIsUnknown) {
    const std::string said = refusal(kGood + "readahead = \"1m\"\n");
    EXPECT_NE(said.find("dir/w.toml:15: readahead: unknown key in [[cells]]"), std::string::npos) << said;
}
