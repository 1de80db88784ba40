// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/wall_session.h"

#include <chrono>
#include <fmt/format.h>
#include <thread>

#include "bench/common/base/process.h"
#include "bench/verdict/wall/watch_file.h"

namespace diobench {

namespace {

/// For so long a boot waits for the host's usual speed.
constexpr int kMostWaits = 30;
constexpr auto kWait = std::chrono::milliseconds(300);

void add_sentinels(const Sentinels& taken, std::string_view when, BootWatch& watch) {
    watch.sentinels[fmt::format("spin {}", when)] = taken.spin_ns;
    watch.sentinels[fmt::format("memory copy {}", when)] = taken.memcpy_ns;
}

}  // namespace

Sentinels WallSession::sentinels_of_a_quiet_host() const {
    for (int i = 0;; ++i) {
        const Sentinels out = time_sentinels();
        BootWatch watch;
        add_sentinels(out, "before", watch);
        if (i == kMostWaits || interrupted() || why_disturbed(watch, watched_, settings_).empty()) return out;
        std::this_thread::sleep_for(kWait);
    }
}

Result<std::optional<ArmOfRun>> WallSession::made_before(PairSide side, uint64_t seed, const std::string& name, const Told& told) {
    const auto watch = runs_.goes_on() ? read_watch(runs_.place_of(name)) : std::nullopt;
    if (!watch) return std::optional<ArmOfRun>();
    auto before = runs_.alone(side, seed, name, told, GoOn::yes);
    if (!before) return forward(before);
    if (!before->made_before) return std::optional<ArmOfRun>();
    watched_.push_back(*watch);
    return std::optional<ArmOfRun>(std::move(before->arm));
}

Result<ArmOfRun> WallSession::make(PairSide side, uint64_t seed, const std::string& name, const Told& told) {
    const fs::path place = runs_.place_of(name);
    if (auto s = forget_watch(place); !s) return forward(s);
    const Sentinels sentinels_before = sentinels_of_a_quiet_host();
    auto before = read_host_counters();
    if (!before) return forward(before);
    auto measured = runs_.alone(side, seed, name, told);
    if (!measured) return forward(measured);
    auto after = read_host_counters();
    if (!after) return forward(after);
    BootWatch watch = boot_watch(*before, *after);
    add_sentinels(sentinels_before, "before", watch);
    add_sentinels(time_sentinels(), "after", watch);
    add_null_cells(measured->arm.results.cells, watch);
    if (auto s = write_watch(place, watch); !s) return forward(s);
    watched_.push_back(std::move(watch));
    return std::move(measured->arm);
}

Result<WallSession::Boot> WallSession::boot_watched(PairSide side, uint64_t seed, const Told& told) {
    const std::string name = fmt::format("boot-{:03}-{}", boots_++, side == PairSide::baseline ? "baseline" : "candidate");
    auto before = made_before(side, seed, name, told);
    if (!before) return forward(before);
    auto arm = *before ? Result<ArmOfRun>(std::move(**before)) : make(side, seed, name, told);
    if (!arm) return forward(arm);
    return Boot{std::move(*arm), why_disturbed(watched_.back(), watched_, settings_)};
}

Status WallSession::collect(size_t count, std::vector<RunPair>& into) {
    const size_t wanted = used_pairs_ + count - into.size();
    // The first boots build kernels, and tell of that themselves.
    Told told;
    while (into.size() < count && !gave_up()) {
        if (boots_ >= 2) {
            told.shown = Progress::Shown::no;
            told.on_progress = [&](size_t, size_t, std::string_view what) { progress_.update(used_pairs_, wanted, what); };
        }
        if (interrupted()) return interrupted_error("boot pairs of kernels");
        const uint64_t seed = seed_ + pairs_++;
        const PairSide first = order_.next_first();
        const PairSide second = other_side(first);
        auto one = boot_watched(first, seed, told);
        if (!one) return forward(one);
        auto two = boot_watched(second, seed, told);
        if (!two) return forward(two);
        const std::string& why = one->disturbance.empty() ? two->disturbance : one->disturbance;
        RunPair pair;
        pair.seed = static_cast<int64_t>(seed);
        pair.baseline = first == PairSide::baseline ? std::move(one->arm) : std::move(two->arm);
        pair.candidate = first == PairSide::baseline ? std::move(two->arm) : std::move(one->arm);
        const bool usable = kernels_ok(pair);
        if (usable && !why.empty()) {
            ++disturbed_;
            last_disturbance_ = why;
            progress_.finish("a pair of boots is thrown away and made again: " + why);
            continue;
        }
        into.push_back(std::move(pair));
        ++used_pairs_;
        if (!usable) return {};
    }
    return {};
}

}  // namespace diobench
