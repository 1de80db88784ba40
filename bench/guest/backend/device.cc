// SPDX-License-Identifier: GPL-2.0-only
// The floor: O_DIRECT on a block device, without a file system. What it takes is the block layer, the driver and the device.
#include "bench/guest/backend/backend.h"

namespace diobench {
namespace {

class Device : public Backend {
public:
    Status install(BackendWorld& world, const GuestImage& image) override {
        auto path = spare_device_with(world, image.blobs.front());
        if (!path) return forward(path);
        path_ = *path;
        return {};
    }
    Result<OpenImage> open(BackendWorld&, const GuestImage& image, CacheState) override {
        OpenImage out;
        out.file = path_;
        out.base_offset_bytes = image.data_offset_bytes;
        out.backing = {path_};
        return out;
    }

private:
    std::string path_;
};

const BackendRegistration device_backend({
    .name = kDevice,
    .purpose = "O_DIRECT on a block device of the same kind as the cache's: the floor",
    .contiguous_only = true,
    .one_blob_only = true,
    .second_device = true,
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<Device>(); },
});

}  // namespace
}  // namespace diobench
