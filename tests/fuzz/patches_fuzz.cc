// SPDX-License-Identifier: GPL-2.0-only
// A patch taken apart: what comes out is a patch itself, and the same one.
#include "bench/host/kernel/near_lines.h"
#include "bench/host/kernel/patch.h"
#include "bench/host/kernel/touched_functions.h"
#include "bench/host/kernel/unified_diff.h"
#include "tests/fuzz/fuzz.h"

using namespace diobench;

namespace {

const std::vector<std::string> kSource = {"int f(void)", "{", "\tfirst();", "\tsecond();", "}", "", "int g(void)", "{", "\treturn 0;", "}"};
constexpr size_t kMostLinesToPlace = 200;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto text = text_of(data, size);
    (void)mentioned_files(text);
    for (int strip = 0; strip < 3; ++strip) {
        const auto diff = parse_unified_diff(text, strip);
        if (!diff) continue;
        const auto again = parse_unified_diff(diff->text);
        must(again && again->text == diff->text && again->files.size() == diff->files.size(), "a patch that was read is read again as it is");
        if (!check_safe(*diff)) continue;
        for (const auto& file : diff->files) {
            must(file.name().find("..") == std::string::npos || file.name().find("../") == std::string::npos, "no name leaves the tree");
            for (const auto& hunk : file.hunks)
                if (hunk.lines.size() < kMostLinesToPlace && !hunk.old_lines().empty()) (void)describe_near(kSource, hunk);
        }
    }
    return 0;
}
