// SPDX-License-Identifier: GPL-2.0-only
// What a night does one after the other. Each stage keeps what it finds in the record; a stage that was done before the
// night was interrupted is read back from its folder.
#pragma once

#include "bench/host/run/run_progress.h"
#include "bench/host/run/run_suite.h"
#include "bench/nightly/night.h"
#include "bench/results/store/results.h"

namespace diobench {

/// Everything the stages of one night share.
struct NightWork {
    NightConfig config;            ///< `revision` is the commit of this night once it is known
    const NightOptions& options;
    fs::path folder;               ///< of this night
    NightRecord record;
    RunProgress* progress = nullptr;
    std::vector<Results> runs;     ///< tonight's, one a seed
    std::vector<KernelResult> verified;

    [[nodiscard]] KernelOfNight& kernel(const std::string& name);
    /// `kernel`: that it is about; empty: the whole night.
    void find(Verdict verdict, ExitCode code, std::string text, std::string kernel = {}) { record.findings.push_back({verdict, code, std::move(text), std::move(kernel)}); }
};

/// The name of a series that is given as a name or a folder.
[[nodiscard]] std::string arm_name(const std::string& series);

/// The run of one seed of a night, in `folder`.
[[nodiscard]] RunOptions night_run(const NightConfig& config, uint64_t seed, const fs::path& folder);

[[nodiscard]] Status fetch_source(NightWork& night);
[[nodiscard]] Status verify_night(NightWork& night);
[[nodiscard]] Status measure_night(NightWork& night);
[[nodiscard]] Status judge_night(NightWork& night);
[[nodiscard]] Status report_night(NightWork& night);
/// What the lists of [follow] have that is new, judged and answered in OUTPUT/follow. The series of others decide nothing about the
/// night; what keeps one from being judged is a note.
[[nodiscard]] Status follow_lists(NightWork& night);

}  // namespace diobench
