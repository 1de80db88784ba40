// SPDX-License-Identifier: GPL-2.0-only
// The messages of cachefiles' on-demand mode, as written down in Linux
// Documentation/filesystems/caching/cachefiles.rst and
// include/uapi/linux/cachefiles.h (6.12).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "bench/common/base/error.h"

namespace diobench {

/// Longest message the kernel sends, bytes.
constexpr size_t kCachefilesMessageBytes = 1024;

struct OpenRequest {
    uint32_t msg_id = 0;
    uint32_t object_id = 0;
    int fd = -1;              ///< anonymous descriptor, already in our table; ours to close
    std::string volume_key;   ///< "erofs,<fsid or domain>"
    std::string cookie_key;   ///< fsid of the primary blob, tag or device= of others
};
struct CloseRequest {
    uint32_t msg_id = 0;
    uint32_t object_id = 0;
};
struct ReadRequest {
    uint32_t msg_id = 0;
    uint32_t object_id = 0;
    uint64_t offset_bytes = 0;  ///< multiple of the page size, as is the length
    uint64_t length_bytes = 0;
};
using CachefilesRequest = std::variant<OpenRequest, CloseRequest, ReadRequest>;

/// Takes one message apart; a length that does not fit its content, or an
/// unknown opcode, is an error.
[[nodiscard]] Result<CachefilesRequest> parse_cachefiles_message(std::string_view message);

/// The answer to an OPEN: "copen <msg_id>,<size>"; a negative size is -errno.
[[nodiscard]] std::string copen_command(uint32_t msg_id, int64_t size_or_error);
/// The answer to a READ: the ioctl on the object's anonymous descriptor.
[[nodiscard]] Status complete_read(int anonymous_fd, uint32_t msg_id);

}  // namespace diobench
