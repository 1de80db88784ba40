// SPDX-License-Identifier: GPL-2.0-only
// A results.json: what is read is written and read again the same.
#include "bench/results/store/results.h"
#include "tests/fuzz/fuzz.h"

using namespace diobench;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto json = nlohmann::ordered_json::parse(text_of(data, size), nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) return 0;
    const auto results = from_json(json);
    if (!results) return 0;
    const auto written = to_json(*results);
    const auto again = from_json(written);
    must(again && to_json(*again) == written, "results that were written are read again as they were");
    return 0;
}
