// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/backend/loop_device.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bench/guest/backend/backend.h"

namespace diobench {

namespace {

constexpr int kLoopMajor = 7;

/// devtmpfs makes the node; where /dev is a plain directory we do.
Result<UniqueFd> open_loop(const std::string& path, int number) {
    if (::access(path.c_str(), F_OK) < 0) (void)::mknod(path.c_str(), S_IFBLK | 0600, makedev(kLoopMajor, static_cast<unsigned>(number)));
    return UniqueFd::open(path, O_RDONLY);
}

}  // namespace

Result<std::shared_ptr<LoopDevice>> LoopDevice::attach(const std::string& file, bool direct_io) {
    auto control = UniqueFd::open("/dev/loop-control", O_RDWR);
    if (!control && control.error().errno_value == ENOENT) return unsupported("attach a loop device", "this kernel has none (no /dev/loop-control)");
    if (!control) return forward(control);
    auto backing = UniqueFd::open(file, O_RDONLY | (direct_io ? O_DIRECT : 0));
    if (!backing) return forward(backing);
    // Somebody else may take the free device first: then the next.
    for (int attempt = 0; attempt < 16; ++attempt) {
        const int number = ::ioctl(control->get(), LOOP_CTL_GET_FREE);
        if (number < 0) return fail_errno("find a free device of", "/dev/loop-control");
        const std::string path = fmt::format("/dev/loop{}", number);
        auto loop = open_loop(path, number);
        if (!loop) return forward(loop);
        loop_config config{};
        config.fd = static_cast<uint32_t>(backing->get());
        config.block_size = 4096;
        config.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR | (direct_io ? uint32_t{LO_FLAGS_DIRECT_IO} : 0u);
        if (::ioctl(loop->get(), LOOP_CONFIGURE, &config) < 0) {
            if (errno == EBUSY) continue;
            return fail_errno("attach " + path + " to", file);
        }
        auto made = std::shared_ptr<LoopDevice>(new LoopDevice(path, std::move(*loop)));
        loop_info64 info{};
        if (::ioctl(made->fd_.get(), LOOP_GET_STATUS64, &info) < 0) return fail_errno("ask", path);
        if (direct_io && (info.lo_flags & LO_FLAGS_DIRECT_IO) == 0) return fail_errno("attach with direct I/O", file, ENOTBLK);
        return made;
    }
    return fail("attach a loop device to", file, "others took each free device first", ExitCode::invalid);
}

LoopDevice::~LoopDevice() { ::ioctl(fd_.get(), LOOP_CLR_FD, 0); }

}  // namespace diobench
