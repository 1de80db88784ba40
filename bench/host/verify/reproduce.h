// SPDX-License-Identifier: GPL-2.0-only
// A folder that shows the fault of a case to whoever has QEMU or the kernel,
// and nothing of ours: for "an accurate way to reproduce it, please".
#pragma once

#include <string>

#include "bench/common/base/files.h"

namespace diobench {

struct ReproduceOptions {
    std::string kernel;     ///< series by name or folder
    std::string case_name;
    uint64_t seed = 1;      ///< of the image's content
    fs::path output;        ///< empty: out/reproduce-CASE
    fs::path tree;          ///< kernel source; empty: the distribution's
    std::string revision;   ///< of `tree`
};

enum class FaultShown {
    yes,
    no,
    unknown,  ///< the boot came to no answer; output.txt says why
};

struct ReproduceOutcome {
    fs::path directory;
    FaultShown shown = FaultShown::unknown;  ///< by the kernel, built for QEMU and booted once by the folder's own run.sh
    double boot_s = 0;
};

/// Writes the folder and tries it.  Errors: a case without a reproducer, a
/// kernel that cannot be built, a folder that is not empty.
[[nodiscard]] Result<ReproduceOutcome> write_reproducer(const ReproduceOptions& options);

}  // namespace diobench
