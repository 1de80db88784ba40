// SPDX-License-Identifier: GPL-2.0-only
// EROFS mounted from image files.
#pragma once

#include "bench/guest/backend/mounted_backend.h"

namespace diobench {

/// Whether EROFS of this kernel knows a mount option without a value (fsconfig(2), FSCONFIG_SET_FLAG).
[[nodiscard]] bool knows_mount_option(const std::string& option);

class FileBackend : public MountedBackend {
public:
    /// `options` of the mount.
    FileBackend(std::string_view name, std::string options) : MountedBackend(name), options_(std::move(options)) {}

private:
    [[nodiscard]] Status mount(BackendWorld& world, const GuestImage& image, Mounted& out) override {
        if (!options_.empty() && !knows_mount_option(options_)) return unsupported("mount -o " + options_, "EROFS of this kernel has no such option");
        auto copies = copy_blobs(world, image);
        if (!copies) return forward(copies);
        out.backing = *copies;
        return mount_erofs(*copies, options_, out);
    }
    std::string options_;
};

}  // namespace diobench
