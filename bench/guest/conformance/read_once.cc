// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/read_once.h"

#include <cerrno>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/guest/conformance/odirect.h"

namespace diobench {

std::string read_once(const Subject& subject, const std::string& path, const ReadOnce& what) {
    auto fd = UniqueFd::open(path, O_RDONLY | what.flags);
    if (!fd) return fd.error().message();
    auto buffer = ReadBuffer::create(what.length);
    if (!buffer) return buffer.error().message();
    ::posix_fadvise(fd->get(), 0, 0, what.advice);
    buffer->poison(what.length);
    const ssize_t n = ::pread(fd->get(), buffer->data(), what.length, static_cast<off_t>(what.offset));
    const ReadDone done{"pread", via_of(what.flags), what.offset, n < 0 ? -errno : n};
    const auto read = buffer->first(what.length);
    return what.delivered_bytes ? check_read_or_error(subject, done, read, *what.delivered_bytes) : check_read(subject, done, read);
}

}  // namespace diobench
