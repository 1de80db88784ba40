// SPDX-License-Identifier: GPL-2.0-only
// EROFS on a block device of the cache device's kind: nothing in between.
#include "bench/guest/backend/mounted_backend.h"

namespace diobench {
namespace {

class BlockDevice : public MountedBackend {
public:
    BlockDevice() : MountedBackend("blockdev") {}

private:
    Status mount(BackendWorld& world, const GuestImage& image, Mounted& out) override {
        auto device = spare_device_with(world, image.blobs.front());
        if (!device) return forward(device);
        return mount_erofs({*device}, "", out);
    }
};

const BackendRegistration blockdev_backend({
    .name = "blockdev",
    .purpose = "EROFS on a block device of its own, of the same kind as the cache's",
    .one_blob_only = true,
    .second_device = true,
    .create = []() -> std::unique_ptr<Backend> { return std::make_unique<BlockDevice>(); },
});

}  // namespace
}  // namespace diobench
