// SPDX-License-Identifier: GPL-2.0-only
// Damaged images for as long as one wants: what a kernel does wrong with one is
// minimised to the fewest changed bytes that still show it.
//
// What is claimed: nothing crashes, hangs or stays behind, the kernel does not
// complain, and files that no changed byte belongs to are read right or give an
// error.  Of what damage moves or changes nothing is claimed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "bench/common/base/terminal.h"
#include "bench/host/verify/boot_cases.h"

namespace diobench {

struct FuzzRequest {
    CaseBoots boots;         ///< of the kernel; its plan gets the damaged images
    std::string kernel;      ///< for texts
    std::chrono::seconds time{60};
    unsigned jobs = 1;       ///< machines side by side
    fs::path directory;      ///< of what is found: DIRECTORY/N/{image.N.erofs, README.txt}
};

struct FuzzOutcome {
    std::vector<CaseRecord> records;    ///< "mount/fuzz-N" of each find, or one "mount/fuzz" that says how many were tried
    std::vector<BootEntry> boots;
};

/// Errors: an interrupt, files that cannot be written, a machine that runs no case.
[[nodiscard]] Result<FuzzOutcome> fuzz_kernel(const FuzzRequest& request, Progress& progress);

}  // namespace diobench
