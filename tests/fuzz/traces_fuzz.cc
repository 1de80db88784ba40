// SPDX-License-Identifier: GPL-2.0-only
// A trace: what is read is written and read again the same.
#include "bench/common/trace/trace.h"
#include "tests/fuzz/fuzz.h"

using namespace diobench;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto trace = parse_trace(text_of(data, size), "fuzz.trace");
    if (!trace) return 0;
    const auto again = parse_trace(format_trace(*trace), "again.trace");
    must(again && *again == *trace, "a trace that was written is read again as it was");
    return 0;
}
