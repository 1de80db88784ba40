// SPDX-License-Identifier: GPL-2.0-only
// alignment/loop-sectors-512: a loop device whose sectors are smaller than what its file takes.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/guest/backend/loop_device.h"
#include "bench/guest/conformance/odirect.h"

namespace diobench::alignment_loop_cases {

namespace {

constexpr size_t kSector = 512;

/// What was asked for first.
enum class First { sectors, direct_io };

/// Reads of single sectors and of more, past the device's page cache and through it; `asked` tells how the device was made.
Status read_sectors(ReadTools& tools, const OpenFile& file, const std::string& device, const std::string& asked) {
    const uint64_t end = file.subject.size() / kSector * kSector;
    struct Range {
        uint64_t offset;
        size_t length;
    };
    for (const int flags : {O_DIRECT, 0}) {
        auto fd = UniqueFd::open(device, O_RDONLY | flags);
        if (!fd) return forward(fd);
        for (const auto& [offset, length] : {Range{0, kBlockBytes}, Range{kSector, kSector}, Range{3 * kSector, 2 * kSector}, Range{kSector, 2 * kBlockBytes}, Range{end - kSector, kSector}}) {
            tools.buffer.poison(tools.buffer.size());
            const auto into = tools.buffer.first(length);
            const ssize_t n = ::pread(fd->get(), into.data(), length, static_cast<off_t>(offset));
            tools.complaints.add(check_read(file.subject, {fmt::format("pread of a loop device with sectors of 512 bytes ({})", asked), via_of(flags), offset, n < 0 ? -errno : n}, into));
        }
    }
    return {};
}

/// losetup's own sectors, and direct I/O asked for: refused or not, what a disk of such sectors can be asked for is read.
Result<Finding> small_sectors(World& world) {
    if (auto skip = unless_accepted(world, O_DIRECT)) return *skip;
    if (::access("/dev/loop-control", F_OK) < 0) return skipped("this kernel has no loop devices");
    auto file = open_file(world, "large", "large", 0);
    if (!file) return forward(file);
    auto tools = ReadTools::create(world, O_DIRECT, 4 * kBlockBytes);
    if (!tools) return forward(tools);
    for (const First first : {First::sectors, First::direct_io}) {
        auto loop = LoopDevice::attach(file->path(), first == First::direct_io);
        if (!loop) return forward(loop);
        auto device = UniqueFd::open((*loop)->path(), O_RDONLY);
        if (!device) return forward(device);
        if (::ioctl(device->get(), LOOP_SET_BLOCK_SIZE, kSector) < 0) return fail_errno("give sectors of 512 bytes to", (*loop)->path());
        std::string asked = "direct I/O was taken with sectors of 4096 bytes";
        if (first == First::sectors) {
            const int error = ::ioctl(device->get(), LOOP_SET_DIRECT_IO, 1UL) < 0 ? errno : 0;
            asked = error == 0 ? "LOOP_SET_DIRECT_IO was taken" : fmt::format("LOOP_SET_DIRECT_IO was refused with {}", ::strerrorname_np(error));
        }
        if (auto s = read_sectors(*tools, *file, (*loop)->path(), asked); !s) return forward(s);
    }
    return tools->complaints.finding();
}

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"alignment/loop-sectors-512", "A loop device with sectors of 512 bytes on a file, asked for direct I/O, refuses that or reads single sectors: no read fails that worked before.",
     "losetup(8) --direct-io; drivers/block/loop.c, __loop_update_dio(): what the file takes is asked of its file system's device, and there is none; statx(2), STATX_DIOALIGN", small_sectors},
}; }};

}  // namespace

}  // namespace diobench::alignment_loop_cases
