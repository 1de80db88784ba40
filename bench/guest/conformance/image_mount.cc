// SPDX-License-Identifier: GPL-2.0-only
#include <cerrno>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

#include "bench/guest/conformance/world.h"

namespace diobench {

ImageMount::ImageMount(ImageMount&& other) noexcept
    : directory_(std::move(other.directory_)), options_(std::move(other.options_)), backing_(std::move(other.backing_)),
      below_(std::move(other.below_)) {
    other.directory_.clear();
}

ImageMount::~ImageMount() {
    if (directory_.empty()) return;
    // Files of a process that has just ended, or of a ring, are closed a little later.
    for (int i = 0; i < 100; ++i) {
        // EINVAL: nothing is mounted there (a mount that failed, World::start_mount()).
        auto s = unmount();
        if (s) return;
        if (s.error().errno_value == EINVAL) {
            ::rmdir(directory_.c_str());
            return;
        }
        std::this_thread::sleep_for(milliseconds(10));
    }
    (void)detach();
}

Status ImageMount::unmount() {
    if (::umount(directory_.c_str()) < 0) return fail_errno("unmount", directory_);
    ::rmdir(directory_.c_str());
    directory_.clear();
    return {};
}

Status ImageMount::detach() {
    if (::umount2(directory_.c_str(), MNT_DETACH) < 0) return fail_errno("unmount lazily", directory_);
    ::rmdir(directory_.c_str());
    directory_.clear();
    return {};
}

}  // namespace diobench
