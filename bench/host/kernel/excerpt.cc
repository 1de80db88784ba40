// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/excerpt.h"

#include <algorithm>

namespace diobench {

std::string excerpt(std::string_view text) {
    constexpr size_t kMostBytes = 120;
    constexpr std::string_view kMore = "...";
    std::string out(text.substr(0, kMostBytes));
    if (text.size() > kMostBytes) {
        // Not in the middle of a character of UTF-8.
        size_t end = kMostBytes - kMore.size();
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
        out.resize(end);
        out += kMore;
    }
    std::replace_if(out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return out;
}

}  // namespace diobench
