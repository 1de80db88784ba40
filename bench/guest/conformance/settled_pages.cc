// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/settled_pages.h"

#include <thread>
#include <utility>

#include "bench/guest/conformance/proc_numbers.h"

namespace diobench {

Result<int64_t> settled_file_pages(World& world) {
    int64_t pages = 0;
    for (int i = 0; i < 10; ++i) {
        if (auto s = world.drop_caches(); !s) return forward(s);
        const int64_t before = std::exchange(pages, file_pages());
        if (before == pages) return pages;
        std::this_thread::sleep_for(milliseconds(5));
    }
    return fail("drop", "the page cache", "its size does not settle", ExitCode::invalid);
}

}  // namespace diobench
