// SPDX-License-Identifier: GPL-2.0-only
// What a machine or a configuration needs of a kernel: patches that are applied to every arm alike and part of none.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/host/kernel/make.h"
#include "bench/host/kernel/series.h"

namespace diobench {

/// The series below kernel-patches/machines/<the target's machine>/, and of folders there that are named as one of the target's
/// folders of configuration ("checked"), that are meant for kernel `version`, by name.  Each has the format of a series; those
/// meant for other versions are passed over, since a kernel may need none.
[[nodiscard]] Result<std::vector<Series>> machine_patches(Target target, const std::string& version);

}  // namespace diobench
