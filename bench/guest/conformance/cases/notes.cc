// SPDX-License-Identifier: GPL-2.0-only
// notes/: where Linux leaves room, what this kernel does.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/open_file.h"
#include "bench/guest/conformance/other_backends.h"

#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x00000080
#endif

namespace diobench::notes_cases {

namespace {

Result<Finding> dio_alignment(World& world) {
    auto file = open_file(world, "flat", "several", 0);
    if (!file) return forward(file);
    struct statx answer {};
    if (::statx(file->fd.get(), "", AT_EMPTY_PATH, STATX_DIOALIGN, &answer) < 0) return fail_errno("statx", file->path());
    if ((answer.stx_mask & STATX_DIOALIGN) == 0) return noted("statx(STATX_DIOALIGN) is not answered");
    std::string text = fmt::format("statx(STATX_DIOALIGN): memory {} bytes, offset {} bytes", answer.stx_dio_mem_align, answer.stx_dio_offset_align);
    if (world.direct() == DirectSupport::direct && answer.stx_dio_offset_align == 0) text += "; it says \"no direct I/O\", which is not so";
    return noted(text);
}

/// What an open with O_DIRECT of something that is no regular file gives.
Result<Finding> direct_open(World& world, const char* what, int flags) {
    auto image = world.mount("flat");
    if (!image) return forward(image);
    const int fd = ::open(image->directory().c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT | flags);
    const std::string text = fd >= 0 ? "is accepted" : fmt::format("is refused with {}", ::strerrorname_np(errno));
    if (fd >= 0) ::close(fd);
    return noted(fmt::format("open(2) of {} with O_DIRECT {}", what, text));
}

/// A flag of preadv2 may be refused or ignored; if the read succeeds its data is right.
Result<Finding> read_flag(World& world, int open_flags, int read_flag, const char* name) {
    if (open_flags != 0)
        if (auto skip = unless_direct(world)) return *skip;
    auto file = open_file(world, "flat", "several", open_flags);
    if (!file) return forward(file);
    auto buffer = ReadBuffer::create(2 * kBlockBytes);
    if (!buffer) return forward(buffer);
    buffer->poison(buffer->size());
    const iovec vector{buffer->data(), buffer->size()};
    const ssize_t n = ::preadv2(file->fd.get(), &vector, 1, 0, read_flag);
    const char* via = open_flags == 0 ? "buffered" : "direct";
    if (n < 0) return noted(fmt::format("a {} preadv2({}) is refused with {}", via, name, ::strerrorname_np(errno)));
    if (auto wrong = check_read(file->subject, {fmt::format("preadv2({})", name), via, 0, n}, buffer->first(buffer->size())); !wrong.empty()) return failed(wrong);
    return noted(fmt::format("a {} preadv2({}) reads the data", via, name));
}

/// O_DIRECT by fcntl(2) is accepted or refused exactly as by open(2).
Result<Finding> set_by_fcntl(World& world) {
    auto file = open_file(world, "flat", "several", 0);
    if (!file) return forward(file);
    const bool accepted = ::fcntl(file->fd.get(), F_SETFL, O_DIRECT) == 0;
    const int error = errno;
    if (accepted == (world.direct() == DirectSupport::refused))
        return failed(fmt::format("fcntl(F_SETFL, O_DIRECT) is {}, open(2) with O_DIRECT is {}", accepted ? "accepted" : fmt::format("refused with {}", ::strerrorname_np(error)),
                                  accepted ? "refused" : "accepted"));
    if (!accepted) return passed();
    auto buffer = ReadBuffer::create(2 * kBlockBytes);
    if (!buffer) return forward(buffer);
    buffer->poison(buffer->size());
    const ssize_t n = ::pread(file->fd.get(), buffer->data(), buffer->size(), kBlockBytes);
    auto wrong = check_read(file->subject, {"pread after fcntl(F_SETFL, O_DIRECT)", "direct", kBlockBytes, n < 0 ? -errno : n}, buffer->first(buffer->size()));
    return wrong.empty() ? passed() : failed(wrong);
}

/// A compressed file cannot be read directly: it has to be decompressed somewhere.
Result<Finding> compressed_refused(World& world) {
    auto known = find_test_image("compressed");
    if (!known) return forward(known);
    auto image = world.mount("compressed");
    if (!image) return forward(image);
    const TestFile& file = (*known)->files.front();
    const int fd = ::open(image->file(file.name).c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT);
    const int error = errno;
    if (fd < 0) return error == EINVAL ? passed() : failed(fmt::format("open(2) of a compressed file with O_DIRECT is refused with {}; right is EINVAL", ::strerrorname_np(error)));
    ::close(fd);
    if (world.direct() == DirectSupport::buffered) return noted("open(2) of a compressed file with O_DIRECT is accepted; reads go through the page cache");
    return failed("open(2) of a compressed file with O_DIRECT is accepted; right is EINVAL");
}

const char* const kRoom = "open(2), preadv2(2), statx(2): left to the file system";

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"notes/statx-dioalign", "statx(2) may say what alignment a direct read needs; 0 means that there is none.", "statx(2), STATX_DIOALIGN", dio_alignment},
    {"notes/directory-o-direct", "Opening a directory with O_DIRECT may be accepted or refused.", kRoom,
     [](World& w) { return direct_open(w, "a directory", O_DIRECTORY); }},
    {"notes/o-path", "O_PATH ignores O_DIRECT.", "open(2), O_PATH", [](World& w) { return direct_open(w, "a directory with O_PATH", O_PATH); }},
    {"notes/hipri-direct", "RWF_HIPRI may be refused or ignored; a read that succeeds has the right data.", kRoom,
     [](World& w) { return read_flag(w, O_DIRECT, RWF_HIPRI, "RWF_HIPRI"); }},
    {"notes/hipri-buffered", "RWF_HIPRI may be refused or ignored; a read that succeeds has the right data.", kRoom,
     [](World& w) { return read_flag(w, 0, RWF_HIPRI, "RWF_HIPRI"); }},
    {"notes/dontcache-buffered", "RWF_DONTCACHE may be refused or honoured; a read that succeeds has the right data.", kRoom,
     [](World& w) { return read_flag(w, 0, RWF_DONTCACHE, "RWF_DONTCACHE"); }},
    {"mode/compressed", "Opening a compressed file with O_DIRECT is refused with EINVAL.", "open(2), EINVAL; fs/erofs/inode.c: z_erofs_aops has no direct_IO", compressed_refused},
}; }};

const CaseRegistrar everywhere_registrar{[] {
    return everywhere({"mode/fcntl", "O_DIRECT can be set by fcntl(2) exactly where open(2) accepts it, and reads then have the right data.", "fcntl(2), F_SETFL; fs/fcntl.c, setfl()",
                       set_by_fcntl});
}};

}  // namespace

}  // namespace diobench::notes_cases
