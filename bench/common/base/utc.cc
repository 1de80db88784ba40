// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/utc.h"

#include <fmt/chrono.h>

namespace diobench {

std::string utc_text(std::time_t at) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(at)); }

}  // namespace diobench
