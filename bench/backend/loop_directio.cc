// SPDX-License-Identifier: GPL-2.0-only
#include "bench/backend/loop_device.h"
#include "bench/backend/mounted_backend.h"

namespace diobench {
namespace {

class LoopDirect : public MountedBackend {
    std::string_view name() const override { return "loop-directio"; }
    Status mount(BackendWorld& world, const GuestImage& image, Mounted& out) override {
        auto copies = copy_blobs(world, image);
        if (!copies) return forward(copies);
        out.backing = *copies;
        std::vector<std::string> devices;
        for (const auto& copy : *copies) {
            auto loop = LoopDevice::attach(copy, true);
            if (!loop) return forward(loop);
            devices.push_back((*loop)->path());
            out.held.push_back(*loop);
        }
        return mount_erofs(devices, "", out);
    }
};

const BackendRegistration registration({
    .name = "loop-directio",
    .purpose = "EROFS on a loop device with direct I/O, as Android's APEX mounts",
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<LoopDirect>(); },
});

}  // namespace
}  // namespace diobench
