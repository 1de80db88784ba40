// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/read_once.h"

#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>

#include "bench/common/base/fd.h"

namespace diobench {

std::string read_once(const Subject& subject, const std::string& path, const ReadOnce& what) {
    auto fd = UniqueFd::open(path, O_RDONLY | what.flags);
    if (!fd) return fd.error().message();
    auto buffer = ReadBuffer::create(what.length);
    if (!buffer) return buffer.error().message();
    ::posix_fadvise(fd->get(), 0, 0, what.advice);
    buffer->poison(what.length);
    const ssize_t n = ::pread(fd->get(), buffer->data(), what.length, static_cast<off_t>(what.offset));
    const ReadDone done{"pread", what.flags == 0 ? "buffered" : "direct", what.offset, n < 0 ? -errno : n};
    if (what.rule == ReadRule::all) return check_read(subject, done, buffer->first(what.length));
    const std::string text = describe(subject, done, what.length);
    if (done.result == -EIO) return {};
    if (done.result < 0) return fmt::format("{}, {}; right is EIO", text, result_text(done.result));
    if (what.rule == ReadRule::error) return fmt::format("{}, {}; nothing of it can be had: right is EIO", text, result_text(done.result));
    if (done.result == 0) return fmt::format("{}, returned 0 as at the end of the file; right is EIO", text);
    auto wrong = wrong_bytes(subject, what.offset, buffer->first(static_cast<size_t>(done.result)));
    return wrong.empty() ? wrong : text + ": " + wrong;
}

}  // namespace diobench
