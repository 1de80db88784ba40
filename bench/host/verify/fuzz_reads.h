// SPDX-License-Identifier: GPL-2.0-only
// As many reads at random as one wants (bench/guest/conformance/read_scene.h): what a kernel does wrong is minimised to the
// fewest operations that still show it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/common/base/terminal.h"
#include "bench/host/verify/boot_cases.h"

namespace diobench {

struct ReadFuzzRequest {
    CaseBoots boots;      ///< of the kernel; its plan gets the scenes
    std::string kernel;   ///< for texts
    uint64_t reads = 0;   ///< at least so many
    uint64_t first_scene = 0;
    std::vector<std::string> backends;  ///< that scenes are on; empty: fscache, file and file-directio, where the kernel has them
    unsigned jobs = 1;    ///< machines side by side
    fs::path directory;   ///< of what is found: DIRECTORY/KERNEL-reads-N/{README.txt, scene.json}
};

struct ReadFuzzOutcome {
    std::vector<CaseRecord> records;  ///< "reads/fuzz-N" of each find, or one "reads/fuzz" that says how many reads were made
    std::vector<BootEntry> boots;
};

/// Errors: an interrupt, files that cannot be written, a machine that runs no case, no back end that has scenes.
[[nodiscard]] Result<ReadFuzzOutcome> fuzz_reads(const ReadFuzzRequest& request, Progress& progress);

/// The back ends that scenes are dealt to, one as often as its share: those that the kernel has, more often where it reads directly.
[[nodiscard]] std::vector<std::string> scene_backends(const ConformancePlan& plan, const std::vector<std::string>& asked_for);

/// Finds a shortest part of [0, size) for which `shows` says yes, by halves, quarters and so on.  `shows` gets parts in the order
/// they are to be tried and returns the place of the first that shows it, or their number if none does.
/// Source: Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002 (ddmin).
[[nodiscard]] Result<std::vector<size_t>> fewest_operations(size_t size, const std::function<Result<size_t>(const std::vector<std::vector<size_t>>& parts)>& shows, unsigned most_rounds);

}  // namespace diobench
