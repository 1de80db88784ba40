// SPDX-License-Identifier: GPL-2.0-only
#include "bench/backend/loop_device.h"
#include "bench/backend/mounted_backend.h"

namespace diobench {
namespace {

class Loop : public MountedBackend {
    std::string_view name() const override { return "loop"; }
    Status mount(BackendWorld& world, const GuestImage& image, Mounted& out) override {
        auto copies = copy_blobs(world, image);
        if (!copies) return forward(copies);
        out.backing = *copies;
        std::vector<std::string> devices;
        for (const auto& copy : *copies) {
            auto loop = LoopDevice::attach(copy, false);
            if (!loop) return forward(loop);
            devices.push_back((*loop)->path());
            out.held.push_back(*loop);
        }
        return mount_erofs(devices, "", out);
    }
};

const BackendRegistration registration({
    .name = "loop",
    .purpose = "EROFS on a loop device, which reads the image file through its page cache",
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<Loop>(); },
});

}  // namespace
}  // namespace diobench
