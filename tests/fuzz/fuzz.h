// SPDX-License-Identifier: GPL-2.0-only
// What the fuzz programs share: libFuzzer's entry, and how a wrong answer becomes a finding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// Called by libFuzzer with each input; must return 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace diobench {

inline std::string_view text_of(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// Ends the program unless it `holds`, and libFuzzer keeps the input.
inline void must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "this must hold and does not: %s\n", what);
    std::abort();
}

}  // namespace diobench
