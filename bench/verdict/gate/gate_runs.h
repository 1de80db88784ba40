// SPDX-License-Identifier: GPL-2.0-only
// The runs a gate makes, through bench/host/run.
#pragma once

#include <functional>
#include <string_view>

#include "bench/common/base/terminal.h"
#include "bench/host/run/run_suite.h"
#include "bench/verdict/gate/gate_options.h"
#include "bench/verdict/judge/attribute.h"
#include "bench/verdict/pairs/samples.h"
#include "bench/verdict/wall/pair_order.h"

namespace diobench {

/// Whether a run takes the boots that an earlier attempt at it has kept in its place.
enum class GoOn { no, yes };

/// Who tells of a run's progress: itself, or whoever is told.
struct Told {
    Progress::Shown shown = Progress::Shown::yes;
    std::function<void(size_t done, size_t total, std::string_view what)> on_progress;
};

/// A run of one kernel.
struct AloneRun {
    ArmOfRun arm;
    bool made_before = false;  ///< every boot of it was taken from an earlier attempt
};

/// What one gate measures, and where its runs go. Several threads may make runs at the same time.
class GateRuns {
public:
    /// Resolves both names, which machine host has none of; `directory` exists.
    [[nodiscard]] static Result<GateRuns> create(const GateOptions& options, fs::path directory);

    /// Cells that need not be measured are left out from now on.
    void measure_only(std::vector<std::string> cells) { only_ = std::move(cells); }
    /// Runs of every other seed read their cells backwards from now on, so that no cell of a boot always comes behind the same others.
    void alternate_order() { alternates_ = true; }
    [[nodiscard]] const std::string& baseline() const { return baseline_; }
    [[nodiscard]] const std::string& candidate() const { return candidate_; }

    /// Both kernels with one seed, side by side; two runs if both arms have one name.
    /// `profiles`, if not null and options.attribute, gets what their functions executed.
    [[nodiscard]] Result<RunPair> pair_side_by_side(uint64_t seed, ProfiledPair* profiles, const Told& told = {}) const;
    /// The runs of all pairs that are asked for, as pair_side_by_side() makes them; none if both arms have one name.
    [[nodiscard]] std::vector<RunOptions> planned() const;
    /// What the patches touch that only one of the kernels has.
    [[nodiscard]] const std::set<std::string>& patched_functions() const { return patched_functions_; }
    /// Boots of the baseline that were taken from the cache so far.
    [[nodiscard]] size_t reused_boots() const { return reused_boots_; }
    /// One boot of one kernel, alone on the host: run RUN of the session.
    [[nodiscard]] Result<AloneRun> alone(PairSide side, uint64_t seed, const std::string& run, const Told& told = {}, GoOn go_on = GoOn::no) const;
    /// Where run RUN lies, or will.
    [[nodiscard]] fs::path place_of(const std::string& run) const;
    /// Whether earlier attempts count.
    [[nodiscard]] bool goes_on() const { return options_.go_on; }
    /// The self-test's cells on the candidate; numbers are not kept.
    [[nodiscard]] Result<Results> self_test(uint64_t seed, const std::string& run, const Told& told = {}) const;

private:
    GateRuns(const GateOptions& options, fs::path directory) : options_(options), directory_(std::move(directory)) {}
    [[nodiscard]] RunOptions options_of(const std::vector<std::string>& kernels, uint64_t seed, const std::string& run, unsigned jobs) const;
    [[nodiscard]] Result<RunOutcome> run(const std::vector<std::string>& kernels, uint64_t seed, const std::string& run, unsigned jobs, GoOn go_on, Profiles* profiles,
                                         const Told& told) const;

    const GateOptions& options_;
    fs::path directory_;
    std::string baseline_;
    std::string candidate_;
    std::set<std::string> patched_functions_;
    std::vector<std::string> only_;
    bool alternates_ = false;
    mutable size_t reused_boots_ = 0;
};

/// What was measured, and what it says but for names, notes and times.
struct MeasuredGate {
    GateReport report;
    std::vector<RunPair> pairs;  ///< the judged set
    ProfiledPair counted;        ///< of the first pair, if functions were counted
};

}  // namespace diobench
