// SPDX-License-Identifier: GPL-2.0-only
// EROFS on loop devices, a device for each blob.
#pragma once

#include "bench/guest/backend/loop_device.h"
#include "bench/guest/backend/mounted_backend.h"

namespace diobench {

class LoopBackend : public MountedBackend {
public:
    LoopBackend(std::string_view name, bool direct_io) : MountedBackend(name), direct_io_(direct_io) {}

private:
    [[nodiscard]] Status mount(BackendWorld& world, const GuestImage& image, Mounted& out) override {
        auto copies = copy_blobs(world, image);
        if (!copies) return forward(copies);
        out.backing = *copies;
        std::vector<std::string> devices;
        for (const auto& copy : *copies) {
            auto loop = LoopDevice::attach(copy, direct_io_);
            if (!loop) return forward(loop);
            devices.push_back((*loop)->path());
            out.held.push_back(*loop);
        }
        return mount_erofs(devices, "", out);
    }
    bool direct_io_;
};

}  // namespace diobench
