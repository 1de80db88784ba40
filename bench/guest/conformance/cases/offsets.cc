// SPDX-License-Identifier: GPL-2.0-only
// offsets/: an offset has 64 bits.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/odirect.h"

namespace diobench::offsets_cases {

namespace {

constexpr const char* kImage = "sparse-far";
constexpr size_t kLargest = 128 << 10;
constexpr const char* kSource = "lseek(2), off_t; fs/erofs/erofs_fs.h, i_size of erofs_inode_extended; fs/erofs/data.c, erofs_map_blocks(): erofs_off_t";

/// The first byte behind the hole that the file begins with.
uint64_t data_begin(const Subject& subject) { return subject.file->holes.front().blocks * kBlockBytes; }

/// At the data, in it, over its end, behind it, and where a truncated offset would be.
Status read_far(ReadTools& tools, const Subject& subject, int fd) {
    // A window of readahead that begins in the hole is another case's subject (data/sparse-*).
    if (tools.flags == 0) ::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    const uint64_t begin = data_begin(subject);
    const uint64_t last = (subject.size() - 1) / kBlockBytes * kBlockBytes;
    for (ReadCall call : kAllReadCalls)
        for (uint64_t offset : {begin, begin + 17 * kBlockBytes, last, last + kBlockBytes, begin - kLargest, begin & INT32_MAX})
            for (size_t length : {kBlockBytes, kLargest}) tools.read_and_check(subject, fd, call, offset, length);
    if (tools.flags != 0) tools.read_and_check(subject, fd, ReadCall::pread, begin - kLargest / 2, kLargest);
    return {};
}

/// read(2) moves the file position by what it read, there as well.
Status read_at_position(ReadTools& tools, const Subject& subject, int fd) {
    const uint64_t begin = data_begin(subject);
    if (::lseek(fd, static_cast<off_t>(begin), SEEK_SET) < 0) return fail_errno("seek in", subject.name());
    for (uint64_t offset : {begin, begin + kLargest}) {
        tools.buffer.poison(kLargest);
        const ssize_t n = ::read(fd, tools.buffer.data(), kLargest);
        tools.complaints.add(check_read(subject, {"read(2)", via_of(tools.flags), offset, n < 0 ? -errno : n}, tools.buffer.first(kLargest)));
    }
    return {};
}

Status map_far(ReadTools& tools, const Subject& subject, int fd) {
    auto map = MappedFile::map(fd, subject.size(), MADV_RANDOM);
    if (!map) return forward(map);
    auto page = tools.buffer.first(kBlockBytes);
    const uint64_t begin = data_begin(subject);
    for (uint64_t offset : {begin, begin + 17 * kBlockBytes, begin - kBlockBytes, begin & INT32_MAX}) {
        std::string wrong = map->read(offset, page) < 0 ? fmt::format("SIGBUS at {}", offset) : wrong_bytes(subject, offset, page);
        tools.complaints.add(wrong.empty() ? wrong : fmt::format("mapping of {}: {}", subject.name(), wrong));
    }
    return {};
}

std::vector<Case> offset_cases() {
    auto reading = [](Status (*body)(ReadTools&, const Subject&, int)) {
        return [=](World& world, int flags) { return check_every_file(world, flags, kLargest, {kImage}, body); };
    };
    std::vector<Case> cases = both_ways("offsets/far", "Data behind 2, 4 and 5 GiB of a file are read there, by every call, and nowhere else.", kSource, reading(read_far));
    for (auto& one : both_ways("offsets/far-file-position", "read(2) goes on from a file position behind 2, 4 and 5 GiB.", kSource, reading(read_at_position)))
        cases.push_back(std::move(one));
    cases.push_back(mapping({"offsets/far-mmap", "A mapping shows data behind 2, 4 and 5 GiB there, and nowhere else.", kSource,
                             [=](World& world) { return reading(map_far)(world, 0); }}));
    return cases;
}

const CaseRegistrar registrar{offset_cases};

}  // namespace

}  // namespace diobench::offsets_cases
