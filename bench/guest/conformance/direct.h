// SPDX-License-Identifier: GPL-2.0-only
// The three things a kernel can do with O_DIRECT on a file.
#pragma once

#include <string_view>

#include "bench/common/base/error.h"

namespace diobench {

/// What an O_DIRECT open of a regular uncompressed file means.
enum class DirectSupport {
    unknown,   ///< nobody said: found out by reading
    refused,   ///< EINVAL
    buffered,  ///< accepted, read through the page cache
    direct,    ///< read past the page cache
};
/// "unknown", "refused", "buffered", "direct".
[[nodiscard]] std::string_view direct_support_name(DirectSupport support);
[[nodiscard]] Result<DirectSupport> parse_direct_support(std::string_view name);

}  // namespace diobench
