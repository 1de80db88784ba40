// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/disk_space.h"

#include <cerrno>
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"

namespace diobench {

bool says_disk_full(std::string_view output) {
    return output.find("No space left on device") != std::string_view::npos ||
           output.find("Disk quota exceeded") != std::string_view::npos;
}

Error disk_full_error(std::string_view operation, const fs::path& place) {
    std::error_code ec;
    const auto space = fs::space(place, ec);
    const std::string left = ec ? "nothing" : human_bytes(static_cast<double>(space.available));
    return Error{std::string(operation), {}, ENOSPC,
                 fmt::format("{} is left for {}; a kernel tree needs about 2 GiB; nothing half built was kept: free some space "
                             "(diobench kernel remove NAME, or delete {}) or set DIOBENCH_CACHE, and run this again",
                             left, place.string(), (cache_root() / "trees").string()),
                 ExitCode::usage};
}

Error explain_full_disk(const Error& error, const fs::path& place) {
    const bool full = error.errno_value == ENOSPC || error.errno_value == EDQUOT || says_disk_full(error.text);
    return full ? disk_full_error(error.operation, place) : error;
}

}  // namespace diobench
