// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/leak_count.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "bench/guest/conformance/proc_numbers.h"
#include "bench/guest/conformance/slab.h"

namespace diobench {

namespace {

struct Held {
    SlabCounts slabs;
    int64_t pinned = 0;
};

/// What the kernel holds now, without what it only keeps for later.
Result<Held> look(World& world) {
    if (auto s = world.drop_caches(); !s) return forward(s);
    auto slabs = slab_counts();
    if (!slabs) return forward(slabs);
    for (const auto& [cache, objects] : *slabs) (void)shrink_slab(cache);
    slabs = slab_counts();
    if (!slabs) return forward(slabs);
    return Held{std::move(*slabs), pinned_pages()};
}

/// What grows with every round is leaked: caches of a busy kernel grow as well, but not twice by so much.
std::string growth_of(const Held& first, const Held& second, const Held& third, uint64_t objects) {
    std::string text;
    for (const auto& grown : slab_growth(second.slabs, third.slabs, objects))
        for (const auto& before : slab_growth(first.slabs, second.slabs, objects))
            if (before.cache == grown.cache)
                text += fmt::format("{}{} and again {} objects of slab cache {}", text.empty() ? "" : ", ", before.objects, grown.objects, grown.cache);
    if (const int64_t pinned = third.pinned - first.pinned; pinned > 0)
        text += fmt::format("{}{} pages pinned (nr_foll_pin_acquired - nr_foll_pin_released)", text.empty() ? "" : ", ", pinned);
    return text;
}

}  // namespace

Result<Finding> holds_no_more_after(World& world, unsigned times, const std::string& what, const std::function<std::string()>& round, unsigned rarest) {
    std::array<Held, 3> held;
    for (size_t i = 0; i < held.size(); ++i) {
        if (i > 0)
            if (auto wrong = round(); !wrong.empty()) return failed(wrong);
        auto now = look(world);
        if (!now) return forward(now);
        held.at(i) = std::move(*now);
    }
    const std::string grown = growth_of(held[0], held[1], held[2], std::max(1U, times / rarest));
    return grown.empty() ? passed() : failed(fmt::format("twice {} {} leak: the kernel holds more after each time: {}", times, what, grown));
}

}  // namespace diobench
