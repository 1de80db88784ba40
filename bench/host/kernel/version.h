// SPDX-License-Identifier: GPL-2.0-only
// Kernel versions such as 6.12.117, compared by number.
#pragma once

#include <array>
#include <compare>
#include <string>
#include <string_view>

#include "bench/common/base/error.h"

namespace diobench {

/// VERSION.PATCHLEVEL.SUBLEVEL; a suffix such as "-rc3" does not take part in comparisons.
struct KernelVersion {
    std::array<int, 3> number{};
    auto operator<=>(const KernelVersion&) const = default;
};

/// "6.12", "6.12.117", "6.13.0-rc3".
[[nodiscard]] Result<KernelVersion> parse_kernel_version(std::string_view text);
/// Whether kernel `version` is what `name` means: "6.12.107" is itself, "6.12" any of its point releases.
[[nodiscard]] bool is_version_of(std::string_view name, std::string_view version);
/// The version a kernel tree says it is: from the first lines of its top Makefile; "6.12.117", "6.13.0-rc3".
[[nodiscard]] Result<std::string> makefile_version(std::string_view makefile, const std::string& name);

}  // namespace diobench
