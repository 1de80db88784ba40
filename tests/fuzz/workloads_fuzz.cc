// SPDX-License-Identifier: GPL-2.0-only
// A workload of a user's.
#include "bench/host/workload/workload.h"
#include "tests/fuzz/fuzz.h"

using namespace diobench;

namespace {

const Abilities& abilities() {
    static const Abilities all = {{{"pread", 1}, {"libaio", 4096}, {"io_uring", 4096}, {"mmap", 1, true}, {"open-pread-close", 1}, {"fio-libaio", 4096}},
                                  {{"fscache", true}, {"raw", false, true, true}, {"loop"}}};
    return all;
}

const WorkloadSet& profiles() {
    static const WorkloadSet set = [] {
        WorkloadSet out;
        out.devices.push_back({{"ram", std::string(kSimulated), 0, 0, 0, ""}, ""});
        out.fetches.push_back({{"lan", 200000, 1000, 0}, ""});
        out.traces.push_back({"start", "# diobench-trace 1\n0 data.bin 0 4096 buffered\n10 data.bin 8192 4096 direct\n"});
        out.fio_jobs.push_back({"mine", "[job]\nrw=randread\nbs=8k\ndirect=1\nioengine=libaio\niodepth=4\nnumber_ios=64\n"});
        return out;
    }();
    return set;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto workload = parse_workload(std::string(text_of(data, size)), "fuzz/fuzz.toml", profiles(), abilities());
    must(!workload || !workload->cells.empty(), "a workload that is accepted has a cell");
    return 0;
}
