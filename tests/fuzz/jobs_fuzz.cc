// SPDX-License-Identifier: GPL-2.0-only
// A fio job file.
#include "bench/common/fio/job_file.h"
#include "tests/fuzz/fuzz.h"

using namespace diobench;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto jobs = parse_fio_job_file(text_of(data, size), "fuzz.fio");
    must(!jobs || !jobs->jobs.empty(), "a job file that is accepted has a job");
    return 0;
}
