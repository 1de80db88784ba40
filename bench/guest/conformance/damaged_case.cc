// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/damaged_case.h"

#include <fmt/format.h>

#include "bench/guest/conformance/damaged_mount.h"

namespace diobench {

namespace {

/// Lines of the kernel about one image.
constexpr size_t kLinesPerImage = 400;

Result<Finding> visit_all(World& world, const std::vector<DamagedImage>& list) {
    if (auto skip = DamagedImages::unless_allowed()) return *skip;
    auto images = DamagedImages::begin(world);
    if (!images) return forward(images);
    for (size_t i = 0; i < list.size(); ++i) {
        auto visit = images->visit(list[i]);
        if (!visit) return forward(visit);
        if (!visit->wrong.empty()) return failed(fmt::format("image {} of {}, {}: {}", i + 1, list.size(), list[i].text(), visit->wrong));
    }
    return passed();
}

}  // namespace

Case damaged_case(std::string name, std::vector<DamagedImage> images) {
    const size_t lines = kLinesPerImage * images.size();
    return {.name = std::move(name),
            .right = "Damaged images give errors or right bytes; nothing crashes, hangs or stays behind.",
            .source = "as the cases of mount/",
            .run = [images = std::move(images)](World& world) { return visit_all(world, images); },
            .flood_lines = lines};
}

}  // namespace diobench
