// SPDX-License-Identifier: GPL-2.0-only
// Pairs of boots by wall clock, in A B B A order, without those that were disturbed.
#pragma once

#include <optional>
#include <vector>

#include "bench/verdict/gate/gate_runs.h"
#include "bench/verdict/wall/host_watch.h"
#include "bench/verdict/wall/pair_order.h"

namespace diobench {

class WallSession {
public:
    WallSession(const GateRuns& runs, const WallSettings& settings, uint64_t seed)
        : runs_(runs), settings_(settings), seed_(seed), order_(seed), progress_("pairs of boots") {}

    /// Adds pairs to `into` until it has `count`. A pair with a disturbed boot is thrown away and made again;
    /// after as many thrown away as max_pairs, or when at this rate it will come to that before there are
    /// min_pairs, the session gives up and `into` has fewer. A pair with a kernel that is not ok ends it, too: the report will say so.
    [[nodiscard]] Status collect(size_t count, std::vector<RunPair>& into);

    [[nodiscard]] size_t disturbed() const { return disturbed_; }
    [[nodiscard]] const std::string& last_disturbance() const { return last_disturbance_; }
    [[nodiscard]] bool gave_up() const { return is_hopeless(used_pairs_, disturbed_, settings_); }

private:
    struct Boot {
        ArmOfRun arm;
        std::string disturbance;
    };
    /// A boot that begins while the host is slower than usual would be thrown away: waits some seconds for that to end.
    [[nodiscard]] Sentinels sentinels_of_a_quiet_host() const;
    [[nodiscard]] Result<Boot> boot_watched(PairSide side, uint64_t seed, const Told& told);
    /// What an earlier attempt made of a run and saw of the host meanwhile; nothing if it did not come to its end, or would not be the same boot.
    [[nodiscard]] Result<std::optional<ArmOfRun>> made_before(PairSide side, uint64_t seed, const std::string& name, const Told& told);
    [[nodiscard]] Result<ArmOfRun> make(PairSide side, uint64_t seed, const std::string& name, const Told& told);

    const GateRuns& runs_;
    const WallSettings& settings_;
    uint64_t seed_;
    PairOrder order_;
    Progress progress_;
    std::vector<BootWatch> watched_;
    size_t boots_ = 0;
    size_t used_pairs_ = 0;
    size_t pairs_ = 0;
    size_t disturbed_ = 0;
    std::string last_disturbance_;
};

}  // namespace diobench
