// SPDX-License-Identifier: GPL-2.0-only
// Whether what a read gave is right, where more than one answer may be: requests that are wrong, memory that cannot be
// written, daemons that deliver nothing, readers that did not want to wait or whose read was cancelled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>

#include "bench/guest/conformance/reading.h"

namespace diobench {

/// What besides the file decides what a read may answer.
struct ReadTerms {
    bool may_be_invalid = false;    ///< direct, and an address, the offset or a length is no multiple of the block
    bool nowait = false;            ///< RWF_NOWAIT
    bool may_fail = false;          ///< somebody below does not deliver: EIO, or fewer bytes
    bool may_be_cancelled = false;  ///< io_cancel(2), the end of the context or of who submitted it
};

/// What is wrong with a read of `length` bytes; empty if nothing.  `found`: its memory, one segment behind the other, as
/// far as it can be written, poison before.
///
/// Right is the whole of what the file has, with the rest of the memory left alone (check_read()).  Fewer bytes, but some,
/// are right if the terms say so, and each of them is right.  An error is right if the terms name its cause:
/// EINVAL, which writes nothing; EFAULT; EAGAIN and EOPNOTSUPP; EIO; EINTR and ECANCELED.
[[nodiscard]] std::string judge_read(const Subject& subject, const ReadDone& done, uint64_t length, std::span<const std::byte> found, const ReadTerms& terms);

}  // namespace diobench
