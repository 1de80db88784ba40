// SPDX-License-Identifier: GPL-2.0-only
#include "bench/image/layout.h"

namespace diobench {

namespace {

constexpr uint64_t kMiB = 1 << 20;
// Odd bytes behind the last whole block: every image also tests the end of file.
constexpr uint64_t kTail = 1234;

std::vector<Layout> make_layouts() {
    return {
        Layout{"flat", "one contiguous extent, no inline tail", {"-Enoinline_data"}, 32 * kMiB + kTail, 0, {}, 1},
        Layout{"chunk", "64 KiB chunks behind a chunk map, contiguous on the blob",
               {"-Enosbcrc", "--chunksize=65536"}, 32 * kMiB + kTail, 65536, {}, 2},
        // Holes at the start, in the middle and at the end of a 128 KiB
        // window, one over several windows, one at the end of the file.
        Layout{"sparse", "4 KiB chunks with holes",
               {"-Enosbcrc", "--chunksize=4096"}, 1 * kMiB + kTail, 4096,
               {{0, 4}, {40, 2}, {60, 4}, {64, 1}, {95, 1}, {128, 40}, {200, 1}, {202, 1}, {204, 1}, {250, 7}}, 3},
    };
}

}  // namespace

std::span<const Layout> all_layouts() {
    static const std::vector<Layout> layouts = make_layouts();
    return layouts;
}

Result<const Layout*> find_layout(std::string_view name) {
    std::string known;
    for (const auto& layout : all_layouts()) {
        if (layout.name == name) return &layout;
        known += (known.empty() ? "" : ", ") + layout.name;
    }
    return fail("find image layout", name, "known layouts are " + known);
}

}  // namespace diobench
