// SPDX-License-Identifier: GPL-2.0-only
// One read by a process of its own, which a kernel may never let return.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <string>

#include "bench/guest/conformance/reading.h"

namespace diobench {

struct ReadOnce {
    uint64_t offset = 0;
    size_t length = 0;
    int flags = 0;                                 ///< of open(2), besides O_RDONLY
    int advice = POSIX_FADV_RANDOM;                ///< of posix_fadvise(2): which bytes a buffered read asks for
    std::optional<uint64_t> delivered_bytes = {};  ///< no more of it can be had (check_read_or_error()); nothing: all of it can
};

/// Opens the file at `path` and reads; what is wrong with what came, empty if nothing.
[[nodiscard]] std::string read_once(const Subject& subject, const std::string& path, const ReadOnce& what);

}  // namespace diobench
