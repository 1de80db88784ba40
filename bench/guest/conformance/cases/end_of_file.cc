// SPDX-License-Identifier: GPL-2.0-only
// end-of-file/: a file ends where it ends, however it is read.
#include <array>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/common/base/units.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/odirect.h"
#include "bench/guest/conformance/other_backends.h"

namespace diobench::end_of_file_cases {

namespace {

constexpr const char* kReadSource = "read(2), pread(2): RETURN VALUE; mm/filemap.c filemap_read(), fs/iomap/direct-io.c __iomap_dio_rw()";

uint64_t block_floor(uint64_t bytes) { return bytes / kBlockBytes * kBlockBytes; }
uint64_t block_ceiling(uint64_t bytes) { return block_floor(bytes + kBlockBytes - 1); }

/// Layouts whose ends differ.  Over fscache holes at the end only where no readahead is involved.
std::vector<std::string> images_for(const World& world, int flags) {
    const bool fscache = world.backend() == kFscache;
    std::vector<std::string> images = {"flat", "inline-tail", "chunk-64k"};
    if (fscache) images.emplace_back("blobs");
    if (!fscache || (flags & O_DIRECT) != 0) images.emplace_back("sparse-4k");
    return images;
}

/// Reads that begin in each of the last blocks and reach over the end.
Status read_over_end(ReadTools& tools, const Subject& subject, int fd) {
    uint64_t last = block_floor(subject.size());
    for (uint64_t back : {0, 1, 3})
        if (last >= back * kBlockBytes) tools.read_and_check(subject, fd, ReadCall::pread, last - back * kBlockBytes, 16 * kKiB);
    return {};
}

/// Exactly at the end, behind it, far behind it.
Status read_behind_end(ReadTools& tools, const Subject& subject, int fd) {
    std::vector<uint64_t> offsets = {block_ceiling(subject.size()), block_ceiling(subject.size()) + kBlockBytes, uint64_t{1} << 40};
    if ((tools.flags & O_DIRECT) == 0) offsets.insert(offsets.end(), {subject.size(), subject.size() + 1});
    for (uint64_t offset : offsets) tools.read_and_check(subject, fd, ReadCall::pread, offset, 8 * kKiB);
    return {};
}

/// Every call, over the end and at it.
Status read_end_by_every_call(ReadTools& tools, const Subject& subject, int fd) {
    if (subject.size() % 1000 == 0 || subject.size() < kBlockBytes || subject.size() % kBlockBytes == 0)
        for (ReadCall call : kAllReadCalls) {
            tools.read_and_check(subject, fd, call, block_floor(subject.size()), 8 * kKiB);
            tools.read_and_check(subject, fd, call, block_ceiling(subject.size()), 8 * kKiB);
        }
    return {};
}

/// What dd does: read(2) one block after the other until 0; never more often than the file has blocks, and twice.
Status read_until_end(ReadTools& tools, const Subject& subject, int fd, size_t step) {
    uint64_t total = 0;
    uint64_t most = subject.size() / step + 3;
    for (uint64_t i = 0; i < most; ++i) {
        tools.buffer.poison(step);
        ssize_t n = ::read(fd, tools.buffer.data(), step);
        ssize_t result = n < 0 ? -errno : n;
        auto wrong = check_read(subject, {"read(2) in a loop", via_of(tools.flags), total, result}, tools.buffer.first(step));
        tools.complaints.add(wrong);
        if (!wrong.empty() || n <= 0) return {};
        total += static_cast<uint64_t>(n);
        off_t position = ::lseek(fd, 0, SEEK_CUR);
        tools.complaints.add(position == static_cast<off_t>(total)
                                 ? ""
                                 : fmt::format("after {} bytes of {} by read(2) the file position is {}", total, subject.name(), position));
    }
    tools.complaints.add(fmt::format("reading {} ({} bytes long) {} at a time did not come to an end after {} reads; right is a read of 0 at the end",
                                     subject.name(), subject.size(), step, most));
    return {};
}

Status copy_like_dd(ReadTools& tools, const Subject& subject, int fd) {
    if (auto s = read_until_end(tools, subject, fd, 16 * kKiB); !s) return s;
    if (subject.size() > 16 * kKiB) return {};
    if (::lseek(fd, 0, SEEK_SET) < 0) return fail_errno("rewind", subject.name());
    return read_until_end(tools, subject, fd, kBlockBytes);
}

/// An empty file gives nothing to anybody.
Status read_empty(ReadTools& tools, const Subject& subject, int fd) {
    if (subject.size() != 0) return {};
    for (ReadCall call : kAllReadCalls)
        for (uint64_t offset : {uint64_t{0}, uint64_t{4096}, uint64_t{1} << 40}) tools.read_and_check(subject, fd, call, offset, 8 * kKiB);
    return {};
}

/// One read that asks for much more than there is.
Status read_more_than_all(ReadTools& tools, const Subject& subject, int fd) {
    constexpr std::array kCalls = {ReadCall::pread, ReadCall::aio_pread, ReadCall::uring_read};
    tools.read_and_check(subject, fd, kCalls.at(subject.file->file_id % kCalls.size()), 0, tools.buffer.size());
    return {};
}

/// The last page of a mapping goes on with zeros.
Status map_last_page(ReadTools& tools, const Subject& subject, int fd) {
    if (subject.size() % kBlockBytes == 0) return {};
    auto map = MappedFile::map(fd, subject.size(), MADV_NORMAL);
    if (!map) return forward(map);
    auto page = tools.buffer.first(kBlockBytes);
    if (map->read(map->size() - kBlockBytes, page) != static_cast<ssize_t>(kBlockBytes)) {
        tools.complaints.add(fmt::format("the last page of a mapping of {} raised SIGBUS", subject.name()));
        return {};
    }
    for (size_t i = subject.size() % kBlockBytes; i < kBlockBytes; ++i)
        if (page[i] != std::byte{0}) {
            tools.complaints.add(fmt::format("byte {} of the last page of a mapping of {} ({} bytes long) is not zero: it lies behind the end",
                                             i, subject.name(), subject.size()));
            return {};
        }
    tools.complaints.add("");
    return {};
}

std::function<Result<Finding>(World&, int)> every_file(size_t buffer_bytes, Status (*body)(ReadTools&, const Subject&, int)) {
    return [=](World& world, int flags) { return check_every_file(world, flags, buffer_bytes, images_for(world, flags), body); };
}

std::vector<Case> end_of_file_cases() {
    std::vector<Case> cases = everywhere(mapping({"end-of-file/mmap", "Behind the end of the file the last page of a mapping holds zeros.",
                                                  "mmap(2): \"the remaining bytes in the partial page at the end of the mapping are zeroed\"",
                                                  [](World& world) { return check_every_file(world, 0, 64 * kKiB, images_for(world, 0), map_last_page); }}));
    auto add = [&](const char* name, const char* right, Status (*body)(ReadTools&, const Subject&, int), size_t buffer_bytes) {
        append(cases, both_ways_everywhere(std::string("end-of-file/") + name, right, kReadSource, every_file(buffer_bytes, body)));
    };
    add("short-count", "A read over the end returns what there is up to it, including the last partial block, and no byte more.", read_over_end, 64 * kKiB);
    add("behind", "A read at the end or anywhere behind it returns 0 and leaves the buffer alone.", read_behind_end, 64 * kKiB);
    add("every-call", "pread, preadv, libaio and io_uring agree on where a file ends.", read_end_by_every_call, 64 * kKiB);
    add("loop", "read(2) one block after the other, as dd does, moves the position by what came and ends with 0 at the end.", copy_like_dd, 64 * kKiB);
    add("empty-file", "An empty file has nothing to read: 0 at any offset by any call.", read_empty, 64 * kKiB);
    add("long-read", "One read that asks for 1 MiB of a smaller file returns all of it.", read_more_than_all, 1024 * kKiB);
    return cases;
}

const CaseRegistrar registrar{end_of_file_cases};

}  // namespace

}  // namespace diobench::end_of_file_cases
