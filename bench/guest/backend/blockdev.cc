// SPDX-License-Identifier: GPL-2.0-only
// EROFS on a block device of the cache device's kind: nothing in between.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/guest/backend/cache_device.h"
#include "bench/guest/backend/mounted_backend.h"

namespace diobench {
namespace {

Status write_image(const std::string& from, const std::string& device) {
    auto bytes = read_file(from);
    if (!bytes) return forward(bytes);
    auto fd = UniqueFd::open(device, O_WRONLY);
    if (!fd) return forward(fd);
    if (auto s = write_all(fd->get(), *bytes, device); !s) return s;
    if (::fsync(fd->get()) < 0) return fail_errno("sync", device);
    return {};
}

class BlockDevice : public MountedBackend {
public:
    BlockDevice() : MountedBackend("blockdev") {}

private:
    Status mount(BackendWorld& world, const GuestImage& image, Mounted& out) override {
        if (!device_.empty()) return unsupported("use back end blockdev", "there is one spare device, and another image is on it");
        if (world.plan.device.kind == "directory" || world.plan.device.kind == "disk")
            return unsupported("use back end blockdev", "this machine has no spare block device");
        auto device = prepare_device(world.plan.device, 1);
        if (!device) return forward(device);
        device_ = *device;
        if (auto s = write_image(image.blobs.front(), device_); !s) return s;
        return mount_erofs({device_}, "", out);
    }
    std::string device_;
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
